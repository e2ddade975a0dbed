#!/usr/bin/env bash
# Turns upstream tags into signed packages in a served and verified repository, using this machine alone.
# usage: bash samples/farm/run.sh [--keep-serving] [--dir DIRECTORY] [--edition NAME]
#   --keep-serving   leave the web server running at the end
#   --dir DIRECTORY  the farm's directory, replaced on every run (default: artifacts/farm)
#   --edition NAME   the edition of the package format, psd-009 or pspu-5 (default: psd-009)
# Builds the programs first, unless PEIPKG_MANAGER names a manager; then it uses the programs beside that one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"

keep_serving=no
edition=psd-009
farm=$root/artifacts/farm
while [ $# -gt 0 ]; do
    case $1 in
        --keep-serving) keep_serving=yes ;;
        --dir)
            [ $# -ge 2 ] || die "--dir needs a directory"
            farm=$(realpath -m "$2")
            shift ;;
        --edition)
            [ $# -ge 2 ] || die "--edition needs a name"
            edition=$2
            shift ;;
        -h | --help)
            sed -n '2,7s/^# \{0,1\}//p' "$0"
            exit 0 ;;
        *)
            printf 'error: unknown argument %s; see --help\n' "$1" >&2
            exit 2 ;;
    esac
    shift
done
[[ $farm =~ ^[A-Za-z0-9_./+-]+$ ]] || die "choose a --dir of letters, digits and _ . + - only, not $farm"
case $edition in psd-009 | pspu-5) ;; *) die "--edition is psd-009 or pspu-5, not $edition" ;; esac
started=$SECONDS
mark=$farm/.made-by-samples-farm

# --- what is needed -------------------------------------------------------------------------

install_missing "$root/artifacts/logs/apt.log" \
    git=git cc=gcc make=make /usr/include/zlib.h=zlib1g-dev /usr/include/stdio.h=libc6-dev \
    rsync=rsync curl=curl zstd=zstd openssl=openssl jq=jq busybox=busybox gzip=gzip bwrap=bubblewrap
if [ -n "${PEIPKG_MANAGER:-}" ]; then
    programs=$(dirname "$(realpath "$PEIPKG_MANAGER")")
else
    bash "$root/.ci/publish.sh"
    programs=$root/artifacts/bin
fi
export PATH=$programs:$PATH

# --- a directory of its own -----------------------------------------------------------------

server=
stop_server() {
    if [ -n "$server" ]; then
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
        rm -f "$farm/server.pid"
        server=
    fi
}
trap stop_server EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -e "$farm" ]; then
    [ -e "$mark" ] || [ -z "$(ls -A "$farm")" ] || die "$farm exists and was not made by this script"
    # An earlier run may have left its server running.
    if [ -s "$farm/server.pid" ]; then
        old=$(cat "$farm/server.pid")
        if tr '\0' ' ' 2> /dev/null < "/proc/$old/cmdline" | grep -qF -- "-h $farm/www"; then
            kill "$old"
        fi
    fi
    rm -rf "$farm"
fi
mkdir -p "$farm"/{upstream,recipes,www,logs}
touch "$mark"

# --- upstream repositories with tags --------------------------------------------------------

# Ignore the user's git configuration (hooks, signing, default branch).
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Upstream GIT_AUTHOR_EMAIL=upstream@example.org
export GIT_COMMITTER_NAME=Upstream GIT_COMMITTER_EMAIL=upstream@example.org
day=0

make_upstream() {
    cp -R "$root/samples/$1/source" "$farm/upstream/$1"
    git -C "$farm/upstream/$1" init --quiet --initial-branch=main
}

# tag_upstream NAME VERSION TAG: commits the tree as this version, a day after the last one.
tag_upstream() {
    local tree=$farm/upstream/$1 date
    case $1 in
        hello) printf 'Hello, Peios! This is release %s.\n' "$2" > "$tree/usr/share/hello/MESSAGE" ;;
        *) printf '%s\n' "$2" > "$tree/VERSION" ;;
    esac
    day=$((day + 1))
    date="$((1767268800 + day * 86400)) +0000"
    git -C "$tree" add --all
    GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date git -C "$tree" commit --quiet --allow-empty -m "Release $2"
    GIT_COMMITTER_DATE=$date git -C "$tree" tag -a -m "Release $2" "$3"
}

say "creating three upstream git repositories with tags"
for sample in hello libgreet notes; do make_upstream "$sample"; done
tag_upstream hello 0.1 v0.1
tag_upstream hello 0.2 v0.2
tag_upstream libgreet 1.0.0 v1.0.0
tag_upstream libgreet 1.0.1 v1.0.1
tag_upstream libgreet 1.1.0-rc1 v1.1.0-rc1
tag_upstream libgreet 1.1.0 v1.1.0
tag_upstream notes 1.0 notes-1_0
tag_upstream notes 1.0.1 notes-1_0_1

# --- recipes, key, configuration ------------------------------------------------------------

for sample in hello libgreet notes; do
    cp -R "$root/samples/$sample/recipe" "$farm/recipes/$sample"
    # The samples name a fictitious host and x86_64. Use the real upstream and this machine's architecture.
    sed -i -e "s|^git = .*|git = \"file://$farm/upstream/$sample\"|" "$farm/recipes/$sample/peipkg.toml"
    sed -i -e "s/x86_64/$(uname -m)/g" "$farm/recipes/$sample"/*
    # docs/editions.md: the newer edition has no ldconfig, and configuration lies in usr/etc.
    # shellcheck disable=SC2016
    [ "$edition" = psd-009 ] || sed -i -e '/^side_effects = \["ldconfig"\]$/d' -e 's|"etc/|"usr/etc/|' \
        -e 's|\$DESTDIR/etc|$DESTDIR/usr/etc|g' "$farm/recipes/$sample"/*
done
sandbox=true
if ! bwrap --unshare-user --unshare-pid --ro-bind / / --proc /proc true 2> /dev/null; then
    say "this machine allows no user namespaces, so build scripts run without a sandbox"
    sandbox=false
fi
sed -e "s|@FARM@|$farm|" -e "s|@EDITION@|$edition|" -e "s|@SANDBOX@|$sandbox|" "$root/samples/farm/config.toml" > "$farm/config.toml"

say "making a signing key"
run_logged "$farm/logs/keygen.log" peipkg-repo keygen --out "$farm/signing-key.pem"
fingerprint=$(openssl pkey -in "$farm/signing-key.pem" -pubout -outform DER | tail -c 32 | sha256sum | cut -c 1-64)
openssl pkey -in "$farm/signing-key.pem" -pubout -out "$farm/trusted-key.pub"

# --- poll, build, publish, sync -------------------------------------------------------------

run_manager() {
    run_logged "$farm/logs/$1" peipkg-manager --config "$farm/config.toml" --once
}

# Every package that a consumer can see, one "name version architecture" per line.
published() {
    jq -r '.packages[] | "\(.name) \(.version) \(.architecture)"' "$farm/www/index/archive.json" | LC_ALL=C sort
}

expect_published() {
    published > "$farm/logs/published.txt"
    if ! diff "$farm/logs/expected.txt" "$farm/logs/published.txt" > "$farm/logs/difference.txt"; then
        sed 's/^/    /' "$farm/logs/difference.txt" >&2
        die "the repository does not hold what the tags promise (< expected, > published); the manager's log is $farm/logs/$1"
    fi
}

expected_packages() {
    local version
    for version in 0.1 0.2; do echo "hello $version-1 noarch"; done
    for version in 1.0 1.0.1; do echo "notes $version-1 noarch"; done
    for version in "$@"; do
        printf '%s\n' "libgreet $version-1 $(uname -m)" "libgreet-dev $version-1 $(uname -m)" "libgreet-doc $version-1 noarch"
    done
}

say "first run of peipkg-manager: poll, build, publish, rsync to the web root"
run_manager manager-1.log
expected_packages 1.0.0 1.0.1 1.1.0 | LC_ALL=C sort > "$farm/logs/expected.txt"
expect_published manager-1.log
first=$(wc -l < "$farm/logs/published.txt")

# --- serve ----------------------------------------------------------------------------------

start_server() {
    port=${PEIPKG_FARM_PORT:-8095}
    for _ in $(seq 20); do
        if ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
            setsid busybox httpd -f -p "127.0.0.1:$port" -h "$farm/www" > "$farm/logs/httpd.log" 2>&1 < /dev/null &
            server=$!
            for _ in $(seq 50); do
                kill -0 "$server" 2> /dev/null || break
                if curl --silent --fail "http://127.0.0.1:$port/repo.json" 2> /dev/null | cmp -s - "$farm/www/repo.json"; then
                    printf '%s\n' "$server" > "$farm/server.pid"
                    return
                fi
                sleep 0.1
            done
            stop_server
        fi
        port=$((port + 1))
    done
    die "no free port found from ${PEIPKG_FARM_PORT:-8095} on; set PEIPKG_FARM_PORT"
}

start_server
base=http://127.0.0.1:$port
say "serving the web root at $base"

# --- consume --------------------------------------------------------------------------------

# Verify first without our programs, then verify the same copy with them.
consume() {
    run_logged "$farm/logs/consume-$1.log" bash "$root/samples/farm/consume.sh" "$base" "$fingerprint" "$farm/fetched-$1"
    say "fetched with curl, checked with openssl: $(cat "$farm/logs/consume-$1.log")"
    run_logged "$farm/logs/verify-repo-$1.log" peipkg-repo verify --repo "$farm/fetched-$1"
    find "$farm/fetched-$1/p" -name '*.peipkg' -print0 | sort -z > "$farm/logs/packages-$1.txt"
    run_logged "$farm/logs/verify-packages-$1.log" \
        xargs -0 -a "$farm/logs/packages-$1.txt" peipkg-build verify --edition "$edition" --key "$farm/trusted-key.pub"
    say "peipkg-repo verify and peipkg-build verify agree"
}
consume 1

# --- a new tag ------------------------------------------------------------------------------

say "upstream tags libgreet v1.2.0; second run of peipkg-manager"
tag_upstream libgreet 1.2.0 v1.2.0
run_manager manager-2.log
cp "$farm/logs/published.txt" "$farm/logs/published-1.txt"
expected_packages 1.0.0 1.0.1 1.1.0 1.2.0 | LC_ALL=C sort > "$farm/logs/expected.txt"
expect_published manager-2.log
builds=$(grep -c 'msg="starting build"' "$farm/logs/manager-2.log" || true)
[ "$builds" -eq 1 ] || die "the second run made $builds builds instead of 1; see $farm/logs/manager-2.log"
say "one build, these packages are new:"
LC_ALL=C comm -13 "$farm/logs/published-1.txt" "$farm/logs/published.txt" | sed 's/^/      /'
consume 2

# --- summary --------------------------------------------------------------------------------

total=$(wc -l < "$farm/logs/published.txt")
cat <<TEXT

Done in $((SECONDS - started)) s: $first packages from 7 tags, then $((total - first)) more from 1 new tag; all of them verified.

  the farm         $farm
  configuration    config.toml, recipes/, signing-key.pem
  state            state/ (repository: state/repo/)
  web root         www/, synced by rsync
  as a consumer    fetched-2/
  logs             logs/
  fingerprint      $(printf '%s' "$fingerprint" | sed 's/..../& /g; s/ $//')

Next steps
  look into a package     $programs/peipkg-build inspect $farm/www/p/hello/0.2-1/hello_0.2-1_noarch.peipkg
  tag a new release       git -C $farm/upstream/hello tag v0.3
  and run the farm again  PATH=$programs:\$PATH peipkg-manager --config $farm/config.toml --once
  keep watching           the same without --once
  a farm of your own      docs/farm.md
TEXT
if [ "$keep_serving" = yes ]; then
    printf '\nThe repository is served at %s/ (%s/repo.json) until you run: kill %s\n' "$base" "$base" "$server"
    server=
fi
