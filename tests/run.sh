#!/usr/bin/env bash
# Runs every test from a clean clone, installing what it needs. The last line counts them.
# usage: bash tests/run.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
cd "$root"
logs=$root/artifacts/logs
results=$root/artifacts/test-results
rm -rf "$results"
mkdir -p "$logs" "$results"

install_missing "$logs/apt.log" \
    git=git cc=gcc make=make /usr/include/zlib.h=zlib1g-dev /usr/include/stdio.h=libc6-dev \
    rsync=rsync curl=curl zstd=zstd openssl=openssl jq=jq busybox=busybox gzip=gzip \
    perl=perl taskset=util-linux pgrep=procps shellcheck=shellcheck rclone=rclone \
    node=nodejs npm=npm dpkg-deb=dpkg readelf=binutils systemd-analyze=systemd lintian=lintian \
    bwrap=bubblewrap bash=bash zsh=zsh fish=fish mandoc=mandoc man=man-db groff=groff script=bsdutils \
    cmake=cmake meson=meson ninja=ninja-build autoreconf=autoconf automake=automake libtoolize=libtool \
    /usr/bin/cargo=cargo /usr/bin/go=golang-go \
    /usr/sbin/sshd=openssh-server ssh=openssh-client setpriv=util-linux
# The S3 server that the manager syncs to; nothing is fetched again while the list of its parts is the same.
if ! cmp -s tests/S3/package-lock.json artifacts/s3/package-lock.json || [ ! -d artifacts/s3/node_modules ]; then
    say "installing an S3 server"
    rm -rf artifacts/s3
    mkdir -p artifacts/s3
    cp tests/S3/package.json tests/S3/package-lock.json artifacts/s3
    run_logged "$logs/npm.log" npm ci --prefix artifacts/s3 --no-audit --no-fund
fi
export PEIPKG_S3=$root/artifacts/s3
bash .ci/publish.sh
export PEIPKG_BUILD=$root/artifacts/bin/peipkg-build
export PEIPKG_REPO=$root/artifacts/bin/peipkg-repo
export PEIPKG_MANAGER=$root/artifacts/bin/peipkg-manager

say "building the tests, warnings are errors"
run_logged "$logs/build.log" dotnet build Peipkg.sln -c Release -warnaserror
stop_compiler

# Whoever starts this in the background leaves SIGINT ignored, and children would inherit that.
undisturbed=(env --default-signal=HUP --default-signal=INT --default-signal=QUIT --default-signal=TERM)

# A stage that hangs is ended and counted as failed, so that the rest is still heard of.
limit=(timeout --kill-after=30 1500)

# Farms and end-to-end tests flush thousands of small files. Where there is memory to spare they work in it,
# because a disk of 30 ms a flush makes minutes of that; the other tests stay on the disk.
memory=${TMPDIR:-/tmp}
clean_up() {
    [ "$memory" = "${TMPDIR:-/tmp}" ] || { umount -l "$memory"; rmdir "$memory"; }
}
trap clean_up EXIT
if [ "$(id -u)" -eq 0 ] && [ "$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)" -ge 10 ]; then
    memory=$(mktemp -d)
    if ! mount -t tmpfs -o size=8g,mode=1777 peipkg-tests "$memory" 2> /dev/null; then
        rmdir "$memory"
        memory=${TMPDIR:-/tmp}
    fi
fi

# counted NAME PASSED FAILED SKIPPED: what a stage came to; the sum is made of these lines when all have ended.
counted() {
    printf '%s\n' "$*" >> "$results/counts"
}

# counter FILE NAME: one number of the line <Counters …> of a results file.
counter() {
    sed -n "s/.*<Counters [^>]*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# run_project DIRECTORY: the tests of one test project.
run_project() {
    local name trx status=0 total=0 passed executed failed place=${TMPDIR:-/tmp}
    name=$(basename "$1")
    [ "$name" != Peipkg.Manager.Tests ] || place=$memory
    trx=$results/$name.trx
    say "$name"
    TMPDIR=$place "${undisturbed[@]}" "${limit[@]}" dotnet test "$1" -c Release --no-build --nologo --blame-hang-timeout 5m --logger "trx;LogFileName=$name.trx" \
        --results-directory "$results" > "$logs/$name.log" 2>&1 || status=$?
    [ ! -s "$trx" ] || total=$(counter "$trx" total)
    if [ "${total:-0}" -eq 0 ]; then
        printf 'error: %s ran no tests (exit code %s), see %s\n' "$name" "$status" "$logs/$name.log" >&2
        counted "$name" 0 1 0
        return
    fi
    passed=$(counter "$trx" passed)
    executed=$(counter "$trx" executed)
    # What ran and did not pass has failed, timed out or was aborted.
    failed=$((executed - passed))
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        printf 'error: %s crashed after its tests (exit code %s), see %s\n' "$name" "$status" "$logs/$name.log" >&2
        failed=1
    fi
    if [ "$failed" -gt 0 ]; then
        grep -A 12 -E '^ *(Failed |The active test run was aborted|Test host process crashed)' "$logs/$name.log" | head -n 150 >&2 || true
        printf 'The full log is %s\n' "$logs/$name.log" >&2
    fi
    counted "$name" "$passed" "$failed" "$((total - executed))"
    printf '    %s passed, %s failed\n' "$passed" "$failed"
}

# run_scripts NAME TITLE: the tests of tests/NAME/run.sh, which leaves three numbers.
run_scripts() {
    local counts=$results/$1.counts status=0 passed failed skipped
    say "$2"
    PEIPKG_COUNTS=$counts TMPDIR=$memory "${undisturbed[@]}" "${limit[@]}" bash "tests/$1/run.sh" || status=$?
    passed=0 failed=0 skipped=0
    [ ! -s "$counts" ] || read -r passed failed skipped < "$counts"
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        printf 'error: tests/%s/run.sh ended with exit code %s\n' "$1" "$status" >&2
        failed=1
    fi
    counted "$1" "$passed" "$failed" "$skipped"
}

# Two lanes side by side, because most tests wait more than they work. The second one is heard when the first is done.
scripts() {
    run_scripts EndToEnd "end-to-end tests"
    run_scripts Browser "web pages in Chromium"
}
scripts > "$logs/scripts.log" 2>&1 &
lane=$!
trap 'pkill -P "$lane" || true; kill "$lane" 2> /dev/null || true; clean_up' EXIT
for project in tests/*.Tests; do
    run_project "$project"
done
wait "$lane" || true
trap clean_up EXIT
cat "$logs/scripts.log"

passed=0 failed=0 skipped=0
broken=()
while read -r name stage_passed stage_failed stage_skipped; do
    passed=$((passed + stage_passed))
    failed=$((failed + stage_failed))
    skipped=$((skipped + stage_skipped))
    [ "$stage_failed" -eq 0 ] || broken+=("$name")
done < "$results/counts"
for name in EndToEnd Browser; do
    grep -q "^$name " "$results/counts" || { broken+=("$name"); failed=$((failed + 1)); }
done

say "took $((SECONDS / 60)) min $((SECONDS % 60)) s"
[ "${#broken[@]}" -eq 0 ] || printf 'error: not everything passed in: %s\n' "${broken[*]}" >&2
summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
printf '%s\n' "$summary"
[ "$failed" -eq 0 ]
