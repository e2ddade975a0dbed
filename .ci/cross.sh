#!/usr/bin/env bash
# Builds the three programs for aarch64 on another machine, with Debian's cross compiler, into artifacts/bin-arm64, and
# runs each under emulation. Releases are built on an aarch64 machine; this is for trying things out.
# usage: bash .ci/cross.sh [build|repo|manager]...    all three when nothing is named
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
logs=$root/artifacts/logs
install_missing "$logs/apt.log" aarch64-linux-gnu-gcc=gcc-aarch64-linux-gnu \
    /usr/aarch64-linux-gnu/include/stdio.h=libc6-dev-arm64-cross qemu-aarch64=qemu-user
require_dotnet "$root"
trap stop_compiler EXIT
[ $# -gt 0 ] || set -- build repo manager

# The SDK says --target to whatever links, which only clang understands; this gcc has no other target.
linker=$root/artifacts/cross/linker
mkdir -p "$(dirname "$linker")"
cat > "$linker" << 'END'
#!/usr/bin/env bash
words=()
for word; do case $word in --target=*) ;; *) words+=("$word") ;; esac; done
exec aarch64-linux-gnu-gcc "${words[@]}"
END
chmod 755 "$linker"

for project; do
    name=peipkg-$project
    say "building $name for aarch64"
    run_logged "$logs/cross-$name.log" \
        dotnet publish "$root/src/Peipkg.${project^}" -c Release -r linux-arm64 -o "$root/artifacts/bin-arm64" \
        -p:PublishDocumentationFiles=false -p:RunAnalyzers=false -p:LinkerFlavor=bfd \
        -p:CppCompilerAndLinker="$linker" -p:ObjCopyName=aarch64-linux-gnu-objcopy
    qemu-aarch64 -L /usr/aarch64-linux-gnu "$root/artifacts/bin-arm64/$name" --version
done
