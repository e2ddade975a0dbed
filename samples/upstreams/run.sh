#!/usr/bin/env bash
# Builds real upstreams from Debian's source packages, each twice and in the sandbox, and compares the two.
# usage: bash samples/upstreams/run.sh [--dir DIRECTORY] [NAME...]
#   --dir DIRECTORY  where sources and packages go (default: artifacts/upstreams); sources that are there are used again
#   NAME             a directory beside this script; all without one
# Builds peipkg-build first, unless PEIPKG_BUILD names it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"

place=$root/artifacts/upstreams
names=()
while [ $# -gt 0 ]; do
    case $1 in
        --dir)
            [ $# -ge 2 ] || die "--dir needs a directory"
            place=$(realpath -m "$2")
            shift ;;
        -h | --help)
            sed -n '2,6s/^# \{0,1\}//p' "$0"
            exit 0 ;;
        -*) die "unknown option $1; see --help" ;;
        *) names+=("$1") ;;
    esac
    shift
done
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(cd "$here" && printf '%s\n' */peipkg.toml | cut -d / -f 1)
mkdir -p "$place/sources" "$place/logs"

# Debian's name of a source package where it is another one.
debian_name() {
    case $1 in
        xz) echo xz-utils ;;
        man-pages) echo manpages ;;
        zstd) echo libzstd ;;
        *) echo "$1" ;;
    esac
}

needs=(dpkg-source=dpkg-dev patch=patch cc=gcc make=make bwrap=bubblewrap)
for name in "${names[@]}"; do
    [ -f "$here/$name/peipkg.toml" ] || die "there is no recipe $name in $here"
    case $name in
        jq | libevent | tmux) needs+=(autoreconf=autoconf automake=automake libtoolize=libtool pkg-config=pkg-config) ;;&
        jq) needs+=(bison=bison flex=flex) ;;
        less) needs+=(/usr/include/ncurses.h=libncurses-dev) ;;
        tmux) needs+=(/usr/include/ncurses.h=libncurses-dev bison=bison /usr/include/event2/event.h=libevent-dev) ;;
        tzdata) needs+=(/usr/sbin/zic=libc-bin) ;;
        gron)
            needs+=(/usr/bin/go=golang-go /usr/share/gocode/src/github.com/fatih/color=golang-github-fatih-color-dev
                /usr/share/gocode/src/github.com/nwidger/jsoncolor=golang-github-nwidger-jsoncolor-dev
                /usr/share/gocode/src/github.com/pkg/errors=golang-github-pkg-errors-dev) ;;
        zstd) needs+=(meson=meson ninja=ninja-build "/usr/bin/c++=g++") ;;
    esac
done
install_missing "$place/logs/apt.log" "${needs[@]}"
if [ -z "${PEIPKG_BUILD:-}" ]; then
    bash "$root/.ci/publish.sh"
    PEIPKG_BUILD=$root/artifacts/bin/peipkg-build
fi

# Source packages of the release that this machine has, with a list of their own: the machine's stays as it is.
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
source_list() {
    mkdir -p "$place/lists"
    # shellcheck disable=SC2016 # apt expands it
    apt-get indextargets --format '$(REPO_URI)' "Codename: $release" 'Created-By: Packages' | sed -n 1p |
        sed "s|.*|deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] & $release main|" > "$place/sources.list"
    apt_get=(apt-get -qq -o "Dir::Etc::sourcelist=$place/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$place/lists"
        -o APT::Sandbox::User=root)
    [ -n "$(find "$place/lists" -name '*Sources*' -print -quit)" ] || run_logged "$place/logs/update.log" "${apt_get[@]}" update
}

# unpack NAME: its source tree in $place/sources/NAME, without Debian's own directory
unpack() {
    [ ! -d "$place/sources/$1" ] || return 0
    rm -rf "$place/fetched"
    mkdir "$place/fetched"
    (cd "$place/fetched" && run_logged "$place/logs/$1.fetch.log" "${apt_get[@]}" source --download-only "$(debian_name "$1")")
    run_logged "$place/logs/$1.unpack.log" dpkg-source --no-check --extract "$place"/fetched/*.dsc "$place/sources/$1.part"
    rm -rf "$place/sources/$1.part/debian" "$place/sources/$1.part/.pc"
    basename "$place"/fetched/*.dsc .dsc | sed -E 's/^[^_]*_//; s/-[^-]*$//; s/\+dfsg.*|\.dfsg.*|-stable$//' > "$place/sources/$1.version"
    mv "$place/sources/$1.part" "$place/sources/$1"
}

source_list
for name in "${names[@]}"; do
    unpack "$name"
    version=$(cat "$place/sources/$name.version")
    began=$SECONDS
    rm -rf "$place/packages/$name"
    run_logged "$place/logs/$name.log" "$PEIPKG_BUILD" build --recipe "$here/$name" --source "$place/sources/$name" --version "$version-1" \
        --source-ref "debian://$(debian_name "$name")/$version" --timestamp 2026-01-01T00:00:00Z --twice --sandbox --out "$place/packages/$name"
    printf '%-10s %-10s %2d packages, twice the same, %d s\n' "$name" "$version" "$(find "$place/packages/$name" -name '*.peipkg' | wc -l)" $((SECONDS - began))
done
