#!/usr/bin/env bash
# Builds without analyzers and without native programs, and runs the fast tests: those that no [Trait("Speed", "slow")] is
# on. The last line counts them. It builds in Debug, so that tests/run.sh, which does analyze, never takes its results over.
# usage: bash tests/quick.sh [PROJECT]...     such as Format or Repo; all when nothing is named
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
cd "$root"
results=$root/artifacts/quick
rm -rf "$results"
mkdir -p "$results"
require_dotnet "$root"
trap stop_compiler EXIT

projects=() tests=()
[ $# -gt 0 ] || projects=(Peipkg.sln)
for name; do
    [ -d "tests/Peipkg.$name.Tests" ] || die "there is no tests/Peipkg.$name.Tests"
    projects+=("tests/Peipkg.$name.Tests")
done
for project in "${projects[@]}"; do
    run_logged "$results/build.log" dotnet build "$project" -c Debug --nologo -v q -p:RunAnalyzers=false
done
[ $# -gt 0 ] || projects=(tests/*.Tests)
for project in "${projects[@]}"; do
    tests+=("$project/bin/Debug/net10.0/$(basename "$project").dll")
done

status=0
env --default-signal=HUP --default-signal=INT --default-signal=QUIT --default-signal=TERM \
    dotnet test "${tests[@]}" --nologo --filter 'Speed!=slow' --logger 'trx;LogFileName=quick.trx' --results-directory "$results" \
    -- RunConfiguration.MaxCpuCount=0 || status=$?
read -r executed passed < <(sed -n 's/.*<Counters total="[0-9]*" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2/p' "$results/quick.trx") ||
    die "no test ran"
failed=$((executed - passed))
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
printf '%s passed, %s failed\n' "$passed" "$failed"
exit "$status"
