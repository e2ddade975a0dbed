#!/usr/bin/env bash
# Runs the tests of the web pages in a real Chromium, installing what they need; pictures go to artifacts/screenshots.
# usage: bash tests/Browser/run.sh [FILE...]     default: every *.test.mjs here
# The programs are named by PEIPKG_BUILD, PEIPKG_REPO and PEIPKG_MANAGER (default: artifacts/bin).
# With PEIPKG_COUNTS=FILE the three numbers passed, failed and skipped are written to FILE.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
logs=$root/artifacts/logs
export PEIPKG_BUILD=${PEIPKG_BUILD:-$root/artifacts/bin/peipkg-build}
export PEIPKG_REPO=${PEIPKG_REPO:-$root/artifacts/bin/peipkg-repo}
export PEIPKG_MANAGER=${PEIPKG_MANAGER:-$root/artifacts/bin/peipkg-manager}

install_missing "$logs/apt-browser.log" chromium=chromium node=nodejs npm=npm
cd "$here"
run_logged "$logs/npm.log" npm ci --no-audit --no-fund
if [ ! -e "$root/tests/Benchmarks/bin/Release/net10.0/Benchmarks.dll" ]; then
    run_logged "$logs/build-benchmarks.log" dotnet build "$root/tests/Benchmarks" -c Release --nologo -v q
fi

[ $# -gt 0 ] || set -- *.test.mjs
log=$logs/browser-tests.tap status=0
# A page that never answers, or a program that never ends, must not keep whoever waits for the result.
timeout --kill-after=10 600 node --test --test-timeout=240000 --test-reporter=tap "$@" > "$log" 2>&1 || status=$?
grep -E '^ *(not )?ok [0-9]+ - |^ *# (search|slowest) ' "$log" || true
number() {
    sed -n "s/^# $1 \([0-9]*\)$/\1/p" "$log" | tail -n 1
}
passed=$(number pass) failed=$(number fail) skipped=$(number skipped)
if [ "$status" -ne 0 ] || [ "${failed:-0}" -ne 0 ] || [ "${passed:-0}" -eq 0 ]; then
    grep -B 2 -A 25 -E '^not ok' "$log" | head -n 150 >&2 || true
    printf 'The full log is %s\n' "$log" >&2
    [ "${failed:-0}" -gt 0 ] || failed=1
fi
[ -z "${PEIPKG_COUNTS:-}" ] || printf '%s %s %s\n' "${passed:-0}" "$failed" "${skipped:-0}" > "$PEIPKG_COUNTS"
[ "$failed" -eq 0 ]
