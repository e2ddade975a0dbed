# shellcheck shell=bash disable=SC2154
# Commands that change a repository, disturbed at each of their system calls.

# disturb COMMAND: as disturb.sh does it.
disturb() {
    run bash "$root/tests/Scenarios/Faults/disturb.sh" "$1"
    [ "$status" -ne 77 ] || skip "$out"
    [ "$status" -eq 0 ] || fail "$out $err"
    printf '%s\n' "$out"
}

test_a_publication_stopped_or_refused_at_any_system_call_leaves_one_whole_generation() {
    disturb quick
}

long_a_publication_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb publish
}

long_a_first_publication_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb first-publish
}

long_a_publication_without_a_site_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb without-site
}

long_a_publication_to_another_directory_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb elsewhere
}

long_rotating_a_key_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb rotate-key
}

long_revoking_a_key_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb revoke-key
}

long_retiring_a_key_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb retire-key
}

long_describing_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb describe
}

long_pruning_pre_releases_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb prune
}

long_withdrawing_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb withdraw
}

long_migrating_to_another_edition_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb migrate-edition
}

long_rolling_back_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb rollback
}

long_promoting_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb promote
}

long_taking_a_snapshot_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb snapshot
}

long_mirroring_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb mirror
}

long_a_first_mirroring_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb first-mirror
}

long_preparing_for_detached_signing_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb prepare
}

long_importing_signatures_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb import
}

long_making_a_repository_stopped_or_refused_in_every_way_at_any_system_call_leaves_one_whole_generation() {
    disturb init
}
