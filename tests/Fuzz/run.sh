#!/usr/bin/env bash
# Tries damaged inputs on everything that reads what strangers write, in one process, and ends with 1 when something was found:
# an exception that nobody meant, an internal error, more than 5 s of the processors or more than 300 MiB for one input.
# usage: bash tests/Fuzz/run.sh [--built] SECONDS [SEED [TARGET]]    the same seed tries the same inputs in the same order
#        bash tests/Fuzz/run.sh [--built] one TARGET SEED NUMBER      tries one input again, and keeps it in input.bin
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"

if [ "${1:-}" = --built ]; then
    shift
else
    require_dotnet "$root"
    trap stop_compiler EXIT
    run_logged "$root/artifacts/logs/fuzz-build.log" dotnet build "$here" -c Release -v q --nologo -p:RunAnalyzers=false
fi
[ $# -gt 0 ] || die "usage: bash tests/Fuzz/run.sh [--built] SECONDS [SEED [TARGET]] | one TARGET SEED NUMBER"
dotnet "$here/bin/Release/net10.0/Fuzz.dll" "$@"
