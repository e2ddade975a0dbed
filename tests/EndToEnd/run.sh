#!/usr/bin/env bash
# Runs the end-to-end tests against the built programs, one line a test.
# usage: bash tests/EndToEnd/run.sh [WORD...]     only tests whose file or name contains a WORD
# The programs are named by PEIPKG_BUILD, PEIPKG_REPO and PEIPKG_MANAGER (default: artifacts/bin).
# With PEIPKG_COUNTS=FILE the three numbers passed, failed and skipped are written to FILE.
#
# A test is a function test_… in a file *.test.sh here; its name, read as a sentence, is what it shows.
# It runs in a shell of its own (set -euo pipefail) in an empty directory; library.sh is loaded.
# Exit code 77 skips, saying why on the last line.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
PEIPKG_BUILD=$(realpath "${PEIPKG_BUILD:-$root/artifacts/bin/peipkg-build}")
PEIPKG_REPO=$(realpath "${PEIPKG_REPO:-$root/artifacts/bin/peipkg-repo}")
PEIPKG_MANAGER=$(realpath "${PEIPKG_MANAGER:-$root/artifacts/bin/peipkg-manager}")
export PEIPKG_BUILD PEIPKG_REPO PEIPKG_MANAGER
for program in "$PEIPKG_BUILD" "$PEIPKG_REPO" "$PEIPKG_MANAGER"; do
    [ -x "$program" ] || { echo "error: $program is not there; run: bash .ci/publish.sh" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'remove "$work"' EXIT
# What several tests need is made once and kept here.
export PEIPKG_SHARED=$work/shared
mkdir "$PEIPKG_SHARED"

passed=0 failed=0 skipped=0 number=0
limit=${PEIPKG_TEST_LIMIT:-600}

wanted() {
    local word
    [ $# -gt 1 ] || return 0
    for word in "${@:2}"; do
        case $1 in *"$word"*) return 0 ;; esac
    done
    return 1
}

run_test() {
    local file=$1 name=$2 title status=0 began=$SECONDS directory
    title="$(basename "$file" .test.sh): $(printf '%s' "${name#test_}" | tr _ ' ')"
    number=$((number + 1))
    directory=$work/$number
    mkdir "$directory"
    (
        cd "$directory"
        mkdir tmp here
        export TMPDIR=$directory/tmp
        cd here
        # shellcheck disable=SC2016 # expanded by the inner shell
        timeout --kill-after=10 "$limit" bash -euo pipefail -c '. "$1/library.sh"; . "$2"; "$3"' \
            "$name" "$here" "$file" "$name"
    ) > "$directory/log" 2>&1 < /dev/null || status=$?
    case $status in
        0)
            passed=$((passed + 1))
            printf 'ok %s - %s (%s s)\n' "$number" "$title" "$((SECONDS - began))" ;;
        77)
            skipped=$((skipped + 1))
            printf 'ok %s - %s # SKIP %s\n' "$number" "$title" "$(tail -n 1 "$directory/log")" ;;
        *)
            failed=$((failed + 1))
            printf 'not ok %s - %s (exit code %s)\n' "$number" "$title" "$status"
            tail -n 40 "$directory/log" | sed 's/^/#   /' ;;
    esac
    remove "$directory"
}

# remove DIRECTORY: together with the processes that a test has left in it, which may still be writing.
remove() {
    local left
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        for left in $(pgrep -f "$1/"); do kill -9 "$left" 2> /dev/null || true; done
        chmod -R u+rwX "$1" 2> /dev/null || true
        rm -rf "$1" 2> /dev/null && return
        sleep 0.3
    done
    echo "# $1 could not be removed"
}

for file in "$here"/*.test.sh; do
    while read -r name; do
        if wanted "$(basename "$file") $name" "$@"; then run_test "$file" "$name"; fi
    done < <(sed -n 's/^\(test_[A-Za-z0-9_]*\)() {$/\1/p' "$file")
done
printf '1..%s\n' "$number"
[ -z "${PEIPKG_COUNTS:-}" ] || printf '%s %s %s\n' "$passed" "$failed" "$skipped" > "$PEIPKG_COUNTS"
[ "$number" -gt 0 ] || { echo "error: no test has such a name" >&2; exit 1; }
[ "$failed" -eq 0 ]
