#!/usr/bin/env bash
# Makes a Debian package of the built programs. The same programs and commit give the same bytes.
# usage: bash .ci/deb.sh [DIRECTORY]    leaves peipkg_VERSION_ARCHITECTURE.deb there (default: artifacts/deb), prints its path
# SOURCE_DATE_EPOCH is the time in it; without, the time of the commit, and of nothing when there is none.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
out=${1:-$root/artifacts/deb}
bin=$root/artifacts/bin
packaging=$root/src/Peipkg.Manager/Packaging

install_missing "$root/artifacts/logs/apt.log" dpkg-deb=dpkg readelf=binutils gzip=gzip xz=xz-utils jq=jq
[ -x "$bin/peipkg-manager" ] || die "$bin/peipkg-manager is not there; run: bash .ci/publish.sh"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2> /dev/null || echo 0)}
export SOURCE_DATE_EPOCH
case $(uname -m) in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *) die "there are no programs for $(uname -m)" ;;
esac
# 1.0.0-rc.1 comes before 1.0.0: a tilde says so to Debian.
version=$("$bin/peipkg-manager" --version | sed -nE '1s/^[^ ]+ ([^ ]+).*/\1/p' | sed 's/-/~/')

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
umask 022

put() {
    install -D -m "$1" "$2" "$tree/$3"
}

for program in peipkg-build peipkg-repo peipkg-manager; do
    put 755 "$bin/$program" "usr/bin/$program"
    mkdir -p "$tree/usr/share/man/man1" "$tree/usr/share/bash-completion/completions" \
        "$tree/usr/share/zsh/vendor-completions" "$tree/usr/share/fish/vendor_completions.d"
    "$bin/$program" man | gzip -9n > "$tree/usr/share/man/man1/$program.1.gz"
    "$bin/$program" completion bash > "$tree/usr/share/bash-completion/completions/$program"
    "$bin/$program" completion zsh > "$tree/usr/share/zsh/vendor-completions/_$program"
    "$bin/$program" completion fish > "$tree/usr/share/fish/vendor_completions.d/$program.fish"
done
put 644 "$packaging/peipkg-manager.service" usr/lib/systemd/system/peipkg-manager.service
put 644 "$packaging/sysusers.conf" usr/lib/sysusers.d/peipkg.conf
put 644 "$packaging/tmpfiles.conf" usr/lib/tmpfiles.d/peipkg.conf
put 644 "$packaging/config.toml" etc/peipkg-manager/config.toml
put 644 "$root/LICENSE" usr/share/doc/peipkg/copyright
put 644 "$packaging/debian/lintian-overrides" usr/share/lintian/overrides/peipkg
maintainer=$(sed -n 's/^Maintainer: //p' "$packaging/debian/control.in")
printf 'peipkg (%s) unstable; urgency=medium\n\n  * https://github.com/peios/peipkg/releases\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$(LC_ALL=C date -uR --date="@$SOURCE_DATE_EPOCH")" | gzip -9n > "$tree/usr/share/doc/peipkg/changelog.gz"
chmod 644 "$tree/usr/share/doc/peipkg/changelog.gz"
bash "$root/.ci/components.sh" --sbom > "$tree/usr/share/doc/peipkg/sbom.cdx.json"
chmod 644 "$tree/usr/share/doc/peipkg/sbom.cdx.json"
for page in "$root"/docs/*.md; do
    put 644 "$page" "usr/share/doc/peipkg/$(basename "$page")"
done

for sample in $(cd "$root" && find samples -type f | LC_ALL=C sort); do
    mode=644
    [ ! -x "$root/$sample" ] || mode=755
    put "$mode" "$root/$sample" "usr/share/doc/peipkg/examples/${sample#samples/}"
done

glibc=$(for program in "$tree"/usr/bin/*; do readelf -V "$program"; done | grep -oE 'GLIBC_[0-9.]+' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
mkdir "$tree/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@GLIBC@/$glibc/" \
    -e "s/@SIZE@/$(du -sk --apparent-size "$tree" | cut -f 1)/" "$packaging/debian/control.in" > "$tree/DEBIAN/control"
echo /etc/peipkg-manager/config.toml > "$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do
    put 755 "$packaging/debian/$script" "DEBIAN/$script"
done
(cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) > "$tree/DEBIAN/md5sums"
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

mkdir -p "$out"
package=$out/peipkg_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz -z1 --threads-max=1 --build "$tree" "$package" > /dev/null
printf '%s\n' "$package"
