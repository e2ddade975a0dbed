#!/usr/bin/env bash
# The life of the Debian package (life.sh) in a clean root made by debootstrap. Needs root and a Debian mirror; the bare
# root is kept in artifacts/debootstrap for the next time.
# usage: bash tests/Scenarios/Package/clean-root.sh [MIRROR]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
[ "$(id -u)" -eq 0 ] || die "only root can make a root file system"
logs=$root/artifacts/logs
mirror=${1:-http://deb.debian.org/debian}
bare=$root/artifacts/debootstrap/bookworm.tar
install_missing "$logs/apt.log" debootstrap=debootstrap dpkg-deb=dpkg

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ ! -e "$bare" ]; then
    say "debootstrap from $mirror"
    run_logged "$logs/debootstrap.log" debootstrap --variant=minbase --include=git,systemd,ca-certificates bookworm "$work/bare" "$mirror"
    mkdir -p "$(dirname "$bare")"
    tar -c -f "$bare.part" -C "$work/bare" .
    mv "$bare.part" "$bare"
    rm -rf "$work/bare"
fi

say "the package's life in a clean root"
mkdir "$work/root"
tar -x -f "$bare" -C "$work/root"
deb=$(bash "$root/.ci/deb.sh" "$work/deb")
bash "$root/tests/Scenarios/Package/given.sh" "$deb" "$work/root/given"
cp "$root/tests/Scenarios/Package/life.sh" "$work/root/given"
# shellcheck disable=SC2016 # expanded by the inner shell
run_logged "$logs/package-life.log" unshare --mount --pid --fork --kill-child bash -euc '
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/run"
    exec chroot "$1" /bin/bash /given/life.sh' life "$work/root"
tail -n 1 "$logs/package-life.log"
