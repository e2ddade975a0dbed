#!/usr/bin/env bash
# The Debian package on a whole machine: a Debian with its own kernel and systemd, made by debootstrap and run by qemu.
# package.sh there installs, uses, upgrades and removes it as an operator would, launcher.sh builds in transient units, and
# power.sh cuts the power again and again.
# Needs root and a Debian mirror; the machine is kept in artifacts/machine for the next time. Many minutes without KVM.
# usage: bash tests/Scenarios/Machine/boot.sh package|launcher|power [CUTS]     20 cuts unless told
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
[ "$(id -u)" -eq 0 ] || die "only root can make a root file system"
logs=$root/artifacts/logs
mirror=${PEIPKG_DEBIAN_MIRROR:-http://deb.debian.org/debian}
machine=$root/artifacts/machine
script=${1:-} cuts=${2:-20}
case $script in
    package | launcher | power) ;;
    *) die "usage: bash tests/Scenarios/Machine/boot.sh package|launcher|power [CUTS]" ;;
esac
install_missing "$logs/apt.log" debootstrap=debootstrap dpkg-deb=dpkg qemu-system-x86_64=qemu-system-x86 mkfs.ext4=e2fsprogs

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The machine without us: a Debian that starts what it finds in /given.
packages=systemd-sysv,dbus,udev,libpam-systemd,polkitd,linux-image-cloud-amd64,git,bubblewrap,rsync,ca-certificates,procps
if [ "$(cat "$machine/packages" 2> /dev/null)" != "$packages" ]; then
    say "a Debian machine, from $mirror"
    rm -rf "$machine"
    mkdir -p "$machine"
    run_logged "$logs/debootstrap.log" debootstrap --variant=minbase --include="$packages" bookworm "$work/root" "$mirror"
    cp "$work"/root/boot/vmlinuz-* "$machine/vmlinuz"
    cp "$work"/root/boot/initrd.img-* "$machine/initrd"
    printf '%s\n' '/dev/vda / ext4 defaults 0 1' '/dev/vdb /given ext4 ro 0 0' > "$work/root/etc/fstab"
    echo machine > "$work/root/etc/hostname"
    mkdir "$work/root/given"
    cat > "$work/root/etc/systemd/system/given.service" << 'END'
[Unit]
Description=What this machine is for
After=multi-user.target
RequiresMountsFor=/given

[Service]
ExecStart=/bin/bash /given/run.sh
StandardOutput=file:/dev/ttyS1
StandardError=file:/dev/ttyS1
END
    mkdir -p "$work/root/etc/systemd/system/graphical.target.wants"
    ln -s ../given.service "$work/root/etc/systemd/system/graphical.target.wants/given.service"
    rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
    run_logged "$logs/machine.log" mkfs.ext4 -q -F -d "$work/root" "$machine/root.img" 4G
    rm -rf "$work/root"
    echo "$packages" > "$machine/packages"
fi

given=$work/given
deb=$(bash "$root/.ci/deb.sh" "$work/deb")
bash "$root/tests/Scenarios/Package/given.sh" "$deb" "$given"
cp "$here/guest.sh" "$given"
cp -R "$root/samples/farm/launchers" "$given/launchers"
# shellcheck disable=SC2016 # the fences of a block
sed -n '/^```js$/,/^```$/{/^```/!p}' "$root/docs/launchers.md" > "$given/50-peipkg.rules"
echo "$cuts" > "$given/cuts"

# Without help of the processor there is a /dev/kvm now and then, and it does not boot.
accelerator=tcg patience=3600
if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then accelerator=kvm patience=900; fi
say "$script, on a machine of its own ($accelerator)"
log=$logs/machine-$script.log
cp "$here/$script.sh" "$given/run.sh"
rm -f "$given.img"
run_logged "$logs/machine.log" mkfs.ext4 -q -F -d "$given" "$given.img" 512M
# The guest has no network. What it writes to its disk is gone when it ends; a reset keeps it.
timeout --kill-after=10 "$patience" qemu-system-x86_64 -accel "$accelerator" -cpu max -smp 2 -m 3G -display none -nic none \
    -kernel "$machine/vmlinuz" -initrd "$machine/initrd" -append "root=/dev/vda rw console=ttyS0 quiet panic=1" \
    -drive "file=$machine/root.img,format=raw,if=virtio,snapshot=on,cache=unsafe" \
    -drive "file=$given.img,format=raw,if=virtio,readonly=on" \
    -serial "file:$logs/machine-boot.log" -serial "file:$log" < /dev/null || die "the machine did not end by itself, see $log"
grep -a '^ok ' "$log" | tr -d '\r' || true
if ! grep -aq '^machine: all of it' "$log"; then
    tail -n 40 "$log" >&2
    die "$script failed, see $log"
fi
