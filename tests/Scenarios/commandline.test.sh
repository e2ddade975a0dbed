# shellcheck shell=bash disable=SC2154
# Exit codes and streams of the programs as a shell sees them.

programs=(peipkg-build peipkg-repo peipkg-manager)

test_help_and_version_go_to_stdout_and_succeed() {
    local program
    for program in "${programs[@]}"; do
        for argument in help --help -h --version; do
            expect_exit 0 "$program" "$argument"
            [ -n "$out" ] || fail "$program $argument prints nothing"
            assert_equal "" "$err" "$program $argument on stderr"
        done
    done
}

test_help_lists_every_subcommand() {
    local word
    for word in build pack inspect verify; do assert_contains "$word" "$(peipkg-build help)"; done
    for word in init publish verify keygen fingerprint vercmp match; do assert_contains "$word" "$(peipkg-repo help)"; done
}

test_unknown_options_and_subcommands_exit_with_2_and_name_them() {
    local program
    for program in "${programs[@]}"; do
        expect_exit 2 "$program" --no-such-option
        assert_contains --no-such-option "$err"
        assert_equal "" "$out" "$program on stdout"
    done
    expect_exit 2 peipkg-build biuld
    assert_contains build "$err"
    expect_exit 2 peipkg-repo publihs
    expect_exit 2 peipkg-build verify --no-such-option file.peipkg
    expect_exit 2 peipkg-build build --timestamp yesterday --recipe r --source s --version 1-1 --source-ref s --farm-id f --out o
    expect_exit 2 peipkg-manager --log-level loud
}

test_missing_required_options_exit_with_1_and_are_named() {
    expect_exit 1 peipkg-build build
    assert_contains --recipe "$err"
    expect_exit 1 peipkg-repo init
    assert_contains --name "$err"
    expect_exit 1 peipkg-repo publish
}

test_missing_files_are_errors_that_name_them_without_a_stack_trace() {
    local attempt
    for attempt in "peipkg-build inspect no/such.peipkg" "peipkg-build verify no/such.peipkg" \
        "peipkg-repo verify --repo no/such" "peipkg-repo fingerprint no/such" "peipkg-manager --once --config no/such"; do
        # shellcheck disable=SC2086 # words on purpose
        expect_exit 1 $attempt
        assert_contains no/such "$err"
        case $err in *"   at "*) fail "a stack trace from $attempt: $err" ;; esac
    done
}

test_version_comparison_and_constraints_answer_one_line_each() {
    assert_equal -1 "$(peipkg-repo vercmp 1.0~rc1-1 1.0-1)"
    assert_equal 0 "$(peipkg-repo vercmp 1.0~alpha-1 1.0~a-1)"
    assert_equal 1 "$(peipkg-repo vercmp 1:0.1-1 9.9-1)"
    assert_equal true "$(peipkg-repo match 1.2-3 '>= 1.2, < 2')"
    assert_equal $'-1\n1' "$(printf '1.0-1\t1.1-1\n2-1\t1-1\n' | peipkg-repo vercmp -)"
    assert_equal $'false\ntrue' "$(printf '1.0-1\t> 1.0-1\n2-1\t!= 1\n' | peipkg-repo match -)"
    expect_exit 1 peipkg-repo vercmp 1.0 1.0-1
}

test_a_closed_stdout_is_not_a_crash() {
    peipkg-build help | head -n 1 > /dev/null
    use_sample_packages
    set +o pipefail
    peipkg-build inspect --json "$packages/libgreet_1.0.0-1_x86_64.peipkg" | head -c 1 > /dev/null
}

test_a_terminal_gets_results_without_a_sequence_that_changes_it() {
    local program
    for program in peipkg-build peipkg-repo; do
        NO_COLOR=1 TERM=xterm-256color script -qec "$program --version; $program no-such-command" typescript > /dev/null || true
        assert_contains "$program" "$(cat typescript)"
        if grep -v '^Script' typescript | grep -q $'\x1b'; then fail "$program sends escapes: $(cat -v typescript)"; fi
    done
}

test_the_manual_pages_are_clean_to_lint() {
    local program
    for program in peipkg-build peipkg-repo; do
        "$program" man > page.1
        # The page has no date: it is the same bytes whenever it is made.
        assert_equal "" "$(mandoc -T lint page.1 | grep -v 'missing date')" "$program"
    done
}
