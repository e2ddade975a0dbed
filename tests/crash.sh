#!/usr/bin/env bash
# Kills the manager at random moments under load, then checks that every package is published exactly once.
# usage: bash tests/crash.sh [KILLS]    200 unless told; tests/run.sh does 25
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PEIPKG_BUILD=${PEIPKG_BUILD:-$PWD/artifacts/bin/peipkg-build}
export PEIPKG_REPO=${PEIPKG_REPO:-$PWD/artifacts/bin/peipkg-repo}
if [ ! -x "$PEIPKG_BUILD" ] || [ ! -x "$PEIPKG_REPO" ]; then bash .ci/publish.sh; fi
PEIPKG_TEST_KILLS=${1:-200} env --default-signal=INT dotnet test tests/Peipkg.Manager.Tests -c Release --nologo \
    --filter 'FullyQualifiedName~CrashTests|FullyQualifiedName~CrashMatrixTests'
