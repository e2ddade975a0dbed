# shellcheck shell=bash disable=SC2154
# A publication disturbed at each of its system calls. bash tests/Faults/run.sh does so with every command and more faults.

test_a_publication_stopped_or_refused_at_any_system_call_leaves_one_whole_generation() {
    run bash "$root/tests/Faults/run.sh" quick
    [ "$status" -ne 77 ] || skip "$out"
    [ "$status" -eq 0 ] || fail "$out $err"
}
