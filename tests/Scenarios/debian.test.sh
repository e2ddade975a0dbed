# shellcheck shell=bash disable=SC2154
# The Debian package: its bytes, its unit, and its life on a machine.

make_package() {
    bash "$root/.ci/deb.sh" "$1" > /dev/null
}

# Sets $deb to the Debian package.
use_package() {
    made_once "$PEIPKG_SHARED/deb" make_package
    deb=$(echo "$PEIPKG_SHARED"/deb/*.deb)
}

test_the_Debian_package_has_the_same_bytes_each_time_and_holds_programs_unit_pages_and_completions() {
    use_package
    bash "$root/.ci/deb.sh" again > /dev/null
    cmp "$deb" again/*.deb
    dpkg-deb --contents "$deb" > contents
    local path
    for path in ./usr/bin/peipkg-{build,repo,manager} ./usr/share/man/man1/peipkg-{build,repo,manager}.1.gz \
        ./usr/share/bash-completion/completions/peipkg-manager ./usr/share/zsh/vendor-completions/_peipkg-repo \
        ./usr/share/fish/vendor_completions.d/peipkg-build.fish ./usr/lib/systemd/system/peipkg-manager.service \
        ./usr/lib/sysusers.d/peipkg.conf ./usr/lib/tmpfiles.d/peipkg.conf ./etc/peipkg-manager/config.toml ./usr/share/doc/peipkg/farm.md; do
        grep -qF " $path" contents || fail "$path is not in the package"
    done
    assert_equal /etc/peipkg-manager/config.toml "$(dpkg-deb --info "$deb" conffiles)"
    ! grep -v ' root/root ' contents || fail "something does not belong to root"
}

test_lintian_has_nothing_to_say_about_the_Debian_package() {
    command -v lintian > /dev/null || skip "there is no lintian"
    use_package
    lintian --allow-root --fail-on warning "$deb" > said 2>&1 || fail "$(cat said)"
    assert_equal '' "$(cat said)"
}

test_systemd_takes_the_unit_and_the_documentation_prints_its_score() {
    command -v systemd-analyze > /dev/null || skip "there is no systemd-analyze"
    local unit=$PWD/peipkg-manager.service
    sed "s|/usr/bin/peipkg-manager|$PEIPKG_MANAGER|" "$root/src/Peipkg.Manager/Packaging/peipkg-manager.service" > "$unit"
    # No manual page is installed here, and that is all it may miss.
    systemd-analyze verify --man=no "$unit" 2> said || fail "$(cat said)"
    ! grep -F peipkg-manager.service said || fail "systemd-analyze verify has something to say"
    systemd-analyze security --offline=yes --no-pager "$unit" > score
    local overall
    overall=$(sed -nE 's/.*Overall exposure level for peipkg-manager.service: ([0-9.]+) .*/\1/p' score)
    assert_contains "level is $overall " "$(cat "$root/docs/farm.md")"
    systemd-sysusers --dry-run "$root/src/Peipkg.Manager/Packaging/sysusers.conf" > sysusers
}

# in_root COMMAND...: runs it in a root file system that is this machine's, with what it changes in $PWD/changes.
in_root() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --pid --fork --kill-child bash -euc '
        mount -t tmpfs tmpfs "$1"
        tar -x -C "$1" -f "$2"
        mkdir -p "$1/up" "$1/work" "$1/root"
        mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root"
        mount -t proc proc "$1/root/proc"
        mount --rbind /dev "$1/root/dev"
        mount -t tmpfs tmpfs "$1/root/run"
        exec chroot "$1/root" "${@:3}"' in_root "$@"
}

test_the_Debian_package_is_installed_upgraded_over_running_work_removed_and_purged() {
    [ "$(id -u)" -eq 0 ] || skip "only root can make a root file system"
    command -v systemd-sysusers > /dev/null || skip "there is no systemd-sysusers"
    command -v dpkg > /dev/null || skip "this is no Debian"
    use_package
    mkdir layer
    bash "$root/tests/Scenarios/Package/given.sh" "$deb" given
    cp "$root/tests/Scenarios/Package/life.sh" given
    tar -c -f given.tar --transform 's,^given,up/given,' given
    in_root "$PWD/layer" "$PWD/given.tar" bash /given/life.sh > life.log 2>&1 || {
        case $(cat life.log) in *"overlay: "* | *"unshare: "*) skip "no overlay file system can be mounted here" ;; esac
        fail "$(tail -n 40 life.log)"
    }
    assert_contains "life: all of it" "$(cat life.log)"
}

long_the_Debian_package_lives_the_same_life_in_a_root_made_by_debootstrap() {
    bash "$root/tests/Scenarios/Package/clean-root.sh" "${PEIPKG_DEBIAN_MIRROR:-http://deb.debian.org/debian}"
}
