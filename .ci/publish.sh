#!/usr/bin/env bash
# Builds the three programs as they are shipped into artifacts/bin.
# usage: bash .ci/publish.sh [--restored]     --restored: the solution is restored, and the caller ends the compiler
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"

case $(uname -m) in
    x86_64) runtime=linux-x64 ;;
    aarch64) runtime=linux-arm64 ;;
    *) die "the programs are built for x86_64 and aarch64, not for $(uname -m)" ;;
esac

logs=$root/artifacts/logs
install_missing "$logs/apt.log" cc=gcc /usr/include/zlib.h=zlib1g-dev /usr/include/stdio.h=libc6-dev
require_dotnet "$root"
case ${1:-} in
    '')
        trap stop_compiler EXIT
        run_logged "$logs/restore.log" dotnet restore "$root/Peipkg.sln" ;;
    --restored) ;;
    *) die "usage: bash .ci/publish.sh [--restored]" ;;
esac

# Native, one file each. The analyzers have their say where the solution is built; here they would only take their time again.
# Paths of this machine would otherwise be in the programs, and the same commit would give other bytes elsewhere.
say "building peipkg-build, peipkg-repo and peipkg-manager"
run_logged "$logs/publish.log" \
    dotnet publish "$root/.ci/programs.proj" --no-restore -c Release -r "$runtime" -o "$root/artifacts/bin" \
    -p:PublishDocumentationFiles=false -p:RunAnalyzers=false "-p:PathMap=$root/=/_/"

for name in peipkg-build peipkg-repo peipkg-manager; do
    "$root/artifacts/bin/$name" --version > /dev/null || die "$root/artifacts/bin/$name does not start"
done
