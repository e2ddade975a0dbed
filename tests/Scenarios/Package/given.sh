#!/usr/bin/env bash
# Lays out what a machine is given to live the Debian package's life: first.deb, second.deb (the same as version 99.0) and
# the sample hello.
# usage: bash tests/Scenarios/Package/given.sh PACKAGE DIRECTORY     the directory is made when it is missing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
deb=$1 given=$2

mkdir -p "$given"
cp "$deb" "$given/first.deb"
cp -R "$root/samples/hello" "$given/hello"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
dpkg-deb --raw-extract "$deb" "$tree/second"
sed -i 's/^Version: .*/Version: 99.0/' "$tree/second/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$tree/second" "$given/second.deb" > /dev/null
