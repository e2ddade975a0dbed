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
    node=nodejs npm=npm dpkg-deb=dpkg readelf=binutils systemd-analyze=systemd \
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

# Whoever starts this in the background leaves SIGINT ignored, and children would inherit that.
undisturbed=(env --default-signal=HUP --default-signal=INT --default-signal=QUIT --default-signal=TERM)

passed=0 failed=0 skipped=0
broken=()

# A stage that hangs is ended and counted as failed, so that the rest is still heard of.
limit=(timeout --kill-after=30 900)

# counter FILE NAME: one number of the line <Counters …> of a results file.
counter() {
    sed -n "s/.*<Counters [^>]*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

for project in tests/*.Tests; do
    name=$(basename "$project")
    say "$name"
    status=0
    "${undisturbed[@]}" "${limit[@]}" dotnet test "$project" -c Release --no-build --nologo --blame-hang-timeout 5m --logger "trx;LogFileName=$name.trx" \
        --results-directory "$results" > "$logs/$name.log" 2>&1 || status=$?
    trx=$results/$name.trx
    total=0
    [ ! -s "$trx" ] || total=$(counter "$trx" total)
    if [ "${total:-0}" -eq 0 ]; then
        printf 'error: %s ran no tests (exit code %s), see %s\n' "$name" "$status" "$logs/$name.log" >&2
        broken+=("$name")
        failed=$((failed + 1))
        continue
    fi
    project_passed=$(counter "$trx" passed)
    project_executed=$(counter "$trx" executed)
    # What ran and did not pass has failed, timed out or was aborted.
    project_failed=$((project_executed - project_passed))
    if [ "$status" -ne 0 ] && [ "$project_failed" -eq 0 ]; then
        printf 'error: %s crashed after its tests (exit code %s), see %s\n' "$name" "$status" "$logs/$name.log" >&2
        project_failed=1
    fi
    if [ "$project_failed" -gt 0 ]; then
        grep -A 12 -E '^ *(Failed |The active test run was aborted|Test host process crashed)' "$logs/$name.log" | head -n 150 >&2 || true
        printf 'The full log is %s\n' "$logs/$name.log" >&2
        broken+=("$name")
    fi
    passed=$((passed + project_passed))
    failed=$((failed + project_failed))
    skipped=$((skipped + total - project_executed))
    printf '    %s passed, %s failed\n' "$project_passed" "$project_failed"
done

say "end-to-end tests"
rm -f "$results/end-to-end.counts"
PEIPKG_COUNTS=$results/end-to-end.counts "${undisturbed[@]}" "${limit[@]}" bash tests/EndToEnd/run.sh || broken+=(EndToEnd)
if [ -s "$results/end-to-end.counts" ]; then
    read -r end_passed end_failed end_skipped < "$results/end-to-end.counts"
    passed=$((passed + end_passed))
    failed=$((failed + end_failed))
    skipped=$((skipped + end_skipped))
else
    failed=$((failed + 1))
fi

say "web pages in Chromium"
rm -f "$results/browser.counts"
PEIPKG_COUNTS=$results/browser.counts "${undisturbed[@]}" "${limit[@]}" bash tests/Browser/run.sh || broken+=(Browser)
if [ -s "$results/browser.counts" ]; then
    read -r browser_passed browser_failed browser_skipped < "$results/browser.counts"
    passed=$((passed + browser_passed))
    failed=$((failed + browser_failed))
    skipped=$((skipped + browser_skipped))
else
    failed=$((failed + 1))
fi

say "took $((SECONDS / 60)) min $((SECONDS % 60)) s"
[ "${#broken[@]}" -eq 0 ] || printf 'error: not everything passed in: %s\n' "${broken[*]}" >&2
summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
printf '%s\n' "$summary"
[ "$failed" -eq 0 ] && [ "${#broken[@]}" -eq 0 ]
