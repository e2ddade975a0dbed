#!/usr/bin/env bash
# Makes six real trees for the benchmarks from packages of Debian 12 and from the SDK of this machine.
# usage: bash tests/Benchmarks/trees.sh DIRECTORY     a tree that is there already stays as it is
set -euo pipefail
[ $# = 1 ] || { echo "usage: bash tests/Benchmarks/trees.sh DIRECTORY" >&2; exit 2; }
mkdir -p "$1"
cd "$1"

# tree, package...: what the packages contain below usr
tree() {
    local name=$1 package
    shift
    [ ! -d "$name" ] || return 0
    rm -rf fetched "$name.part"
    mkdir fetched "$name.part"
    (cd fetched && apt-get download -qq "$@" 2> /dev/null) || { echo "$name: these packages are those of Debian 12; see that apt-get download finds them: $*" >&2; exit 1; }
    for package in fetched/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$name.part" --no-same-owner ./usr
    done
    rm -rf fetched
    mv "$name.part" "$name"
}

tree source golang-1.19-src
tree gcc gcc-12 cpp-12 g++-12 libgcc-12-dev libstdc++-12-dev
tree doc git-doc python3.11-doc libstdc++-12-doc
tree binaries libllvm14 git libicu72 postgresql-15 perl-base
tree tiny breeze-icon-theme oxygen-icon-theme gnome-icon-theme

if [ ! -d sdk ]; then
    rm -rf sdk.part
    mkdir -p sdk.part/usr/lib
    cp -a "$(dirname "$(readlink -f "$(command -v dotnet)")")" sdk.part/usr/lib/dotnet
    mv sdk.part sdk
fi
