#!/usr/bin/env bash
# Everything that upstreams and their servers may try against the manager. tests/run.sh does a quick selection of it.
# usage: bash tests/Hostile/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PEIPKG_BUILD=${PEIPKG_BUILD:-$PWD/artifacts/bin/peipkg-build}
export PEIPKG_REPO=${PEIPKG_REPO:-$PWD/artifacts/bin/peipkg-repo}
if [ ! -x "$PEIPKG_BUILD" ] || [ ! -x "$PEIPKG_REPO" ]; then bash .ci/publish.sh; fi
PEIPKG_TEST_HOSTILE=all env --default-signal=INT dotnet test tests/Peipkg.Manager.Tests -c Release --nologo \
    --filter 'FullyQualifiedName~.Hostile.|FullyQualifiedName~.Git.|FullyQualifiedName~.Confinement.'
