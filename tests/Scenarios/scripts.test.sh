# shellcheck shell=bash disable=SC2154
# The scripts themselves.

all_scripts() {
    (cd "$root" && find .ci samples tests -name node_modules -prune -o '(' -name "*.sh" -o -path .ci/run ')' -print | LC_ALL=C sort)
}

test_shellcheck_finds_nothing_in_any_script() {
    local scripts=()
    command -v shellcheck > /dev/null || skip "shellcheck is not installed"
    mapfile -t scripts < <(all_scripts)
    [ "${#scripts[@]}" -gt 10 ] || fail "too few scripts found: ${scripts[*]}"
    (cd "$root" && shellcheck -x "${scripts[@]}")
}

test_every_bash_script_that_is_run_stops_at_the_first_error() {
    local script
    all_scripts | while read -r script; do
        case $(head -n 1 "$root/$script") in
            '#!/usr/bin/env bash') grep -q '^set -euo pipefail$' "$root/$script" || fail "$script lacks set -euo pipefail" ;;
            '#!/bin/sh') grep -q '^set -eu$' "$root/$script" || fail "$script lacks set -eu" ;;
            '# shellcheck shell=bash'*) ;;
            *) fail "$script starts with none of the usual lines" ;;
        esac
    done
}
