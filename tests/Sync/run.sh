#!/usr/bin/env bash
# Consumers that read without pause during many syncs to every backend, and as many syncs killed anywhere.
# usage: bash tests/Sync/run.sh [SYNCS]      default 50; minutes
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
require_dotnet "$root"
[ -d "$root/artifacts/s3/node_modules" ] || die "run bash tests/run.sh first: it installs what this needs"
export PEIPKG_TEST_SYNCS=${1:-50}
exec dotnet test "$root/tests/Peipkg.Manager.Tests" -c Release --nologo \
    --filter "FullyQualifiedName~A_reader_never_sees|FullyQualifiedName~A_sync_killed_anywhere" --logger "console;verbosity=detailed"
