#!/usr/bin/env bash
# Lets readers fetch over HTTP while the repository changes under the server, and checks all that each of them got.
# usage: bash tests/readers.sh [READERS [PUBLICATIONS]]    100 through 200 unless told; tests/run.sh does 10 through 20
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PEIPKG_REPO=${PEIPKG_REPO:-$PWD/artifacts/bin/peipkg-repo}
if [ ! -x "$PEIPKG_REPO" ]; then bash .ci/publish.sh; fi
PEIPKG_TEST_READERS=${1:-100} PEIPKG_TEST_PUBLICATIONS=${2:-200} dotnet test tests/Peipkg.Repo.Tests -c Release --nologo \
    --filter 'FullyQualifiedName~Consumers.ReaderTests' --logger 'console;verbosity=detailed'
