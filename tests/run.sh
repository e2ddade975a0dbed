#!/usr/bin/env bash
# Runs every check from a clean clone, installing what it needs. The last line counts them.
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
export PEIPKG_BUILD=$root/artifacts/bin/peipkg-build
export PEIPKG_REPO=$root/artifacts/bin/peipkg-repo
export PEIPKG_MANAGER=$root/artifacts/bin/peipkg-manager

# Whoever starts this in the background leaves SIGINT ignored, and children would inherit that.
undisturbed=(env --default-signal=HUP --default-signal=INT --default-signal=QUIT --default-signal=TERM)

# A stage that hangs is ended and counted as failed, so that the rest is still heard of.
limit=(timeout --kill-after=30 1500)

# ---- in the background

# begin NAME COMMAND...: starts it in the background; what it says is in $logs/NAME.log.
declare -A begun=()
begin() {
    "${@:2}" > "$logs/$1.log" 2>&1 &
    begun[$1]=$!
}

# end NAME: waits for it and says what it said.
end() {
    local status=0
    wait "${begun[$1]}" || status=$?
    unset "begun[$1]"
    cat "$logs/$1.log"
    return "$status"
}

# Farms and scenarios flush thousands of small files. Where there is memory to spare they work in it, because a disk of
# 30 ms a flush makes minutes of that; the other tests stay on the disk.
memory=${TMPDIR:-/tmp}
clean_up() {
    local name
    for name in "${!begun[@]}"; do
        pkill -P "${begun[$name]}" || true
        kill "${begun[$name]}" 2> /dev/null || true
    done
    [ "$memory" = "${TMPDIR:-/tmp}" ] || { umount -l "$memory"; rmdir "$memory"; }
    stop_compiler
}
trap clean_up EXIT
if [ "$(id -u)" -eq 0 ] && [ "$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)" -ge 10 ]; then
    memory=$(mktemp -d)
    if ! mount -t tmpfs -o size=8g,mode=1777 peipkg-tests "$memory" 2> /dev/null; then
        rmdir "$memory"
        memory=${TMPDIR:-/tmp}
    fi
fi

# ---- building, while the tests' tools are installed

# Without these nothing can be built.
install_missing "$logs/apt.log" git=git cc=gcc /usr/include/zlib.h=zlib1g-dev /usr/include/stdio.h=libc6-dev
require_dotnet "$root"

tools() {
    install_missing "$logs/apt-tests.log" \
        make=make rsync=rsync curl=curl zstd=zstd openssl=openssl jq=jq busybox=busybox gzip=gzip \
        /usr/sbin/nginx=nginx-light caddy=caddy /usr/sbin/lighttpd=lighttpd \
        perl=perl taskset=util-linux pgrep=procps shellcheck=shellcheck rclone=rclone \
        node=nodejs npm=npm chromium=chromium dpkg-deb=dpkg readelf=binutils systemd-analyze=systemd lintian=lintian \
        bwrap=bubblewrap pasta=passt bash=bash zsh=zsh fish=fish mandoc=mandoc man=man-db groff=groff script=bsdutils \
        cmake=cmake meson=meson ninja=ninja-build autoreconf=autoconf automake=automake libtoolize=libtool \
        /usr/bin/cargo=cargo /usr/bin/go=golang-go python3=python3 /usr/bin/pip3=python3-pip \
        /usr/sbin/sshd=openssh-server ssh=openssh-client setpriv=util-linux msmtp=msmtp
    # The vectors of derived names hold a library for 32 bits.
    [ "$(uname -m)" != x86_64 ] || install_missing "$logs/apt-vectors.log" g++=g++ /usr/lib32/libc.so=gcc-multilib
    npm_modules tests/Scenarios/S3 "$logs/npm-s3.log"
    npm_modules tests/Scenarios/Browser "$logs/npm-browser.log"
}

say "installing the tests' tools, in the background"
begin tools tools
say "restoring"
run_logged "$logs/restore.log" dotnet restore Peipkg.sln
say "building the programs, in the background"
begin programs bash .ci/publish.sh --restored
say "building the solution, warnings are errors"
run_logged "$logs/build.log" dotnet build Peipkg.sln -c Release --no-restore -warnaserror

# ---- checking

# counted NAME PASSED FAILED SKIPPED: what a stage came to; the sum is made of these lines when all have ended.
counted() {
    printf '%s\n' "$*" >> "$results/counts"
}

# counter FILE NAME: one number of the line <Counters …> of a results file.
counter() {
    sed -n "s/.*<Counters [^>]*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# Up to so many failures of a stage are run once more by themselves. What passes then counts as passed, but is named at the
# end: the machine may have been at fault, or a test or program that goes wrong only sometimes and is to be mended.
unsteady_limit=3
unsteady=()

# run_tests NAME LOG [FILTER]: the tests of one test project, or some of them, with their results in a file of LOG's name.
run_tests() {
    local place=${TMPDIR:-/tmp}
    [ "$1" != Peipkg.Manager.Tests ] || place=$memory
    TMPDIR=$place "${undisturbed[@]}" "${limit[@]}" dotnet test "tests/$1/bin/Release/net10.0/$1.dll" --nologo --blame-hang-timeout 5m \
        --logger "trx;LogFileName=$2.trx" --results-directory "$results" ${3:+--filter "$3"} > "$logs/$2.log" 2>&1 < /dev/null
}

# passes_again NAME FAILED: whether all tests that failed in a project pass when they run once more.
passes_again() {
    local names filter
    mapfile -t names < <(sed -n 's/.*<UnitTestResult .*testName="\([^"(]*\).*outcome="Failed".*/\1/p' "$results/$1.trx" | sort -u)
    [ "$2" -le "$unsteady_limit" ] && [ "${#names[@]}" -gt 0 ] || return
    filter=$(printf '|FullyQualifiedName=%s' "${names[@]}")
    run_tests "$1" "$1.again" "${filter#|}" || return
    [ "$(counter "$results/$1.again.trx" passed)" -ge "$2" ] || return
    unsteady+=("${names[@]}")
}

# run_project NAME: the tests of one test project.
run_project() {
    local name=$1 trx=$results/$1.trx began=$SECONDS status=0 total=0 passed executed failed
    say "$name"
    run_tests "$name" "$name" || status=$?
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
        if passes_again "$name" "$failed"; then passed=$executed failed=0; fi
    fi
    counted "$name" "$passed" "$failed" "$((total - executed))"
    printf '    %s passed, %s failed (%s s)\n' "$passed" "$failed" "$((SECONDS - began))"
}

# run_scenarios: all but the long ones, one after the other.
run_scenarios() {
    local counts=$results/scenarios.counts began=$SECONDS status=0 passed=0 failed=0 skipped=0 titles
    local scenarios=("${undisturbed[@]}" PEIPKG_COUNTS="$counts" TMPDIR="$memory" "${limit[@]}" bash tests/Scenarios/run.sh --jobs 1)
    say "scenarios"
    "${scenarios[@]}" | tee "$logs/scenarios.log" || status=$?
    [ ! -s "$counts" ] || read -r passed failed skipped < "$counts"
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        printf 'error: tests/Scenarios/run.sh ended with exit code %s\n' "$status" >&2
        failed=1
    fi
    if [ "$failed" -gt 0 ] && [ "$failed" -le "$unsteady_limit" ]; then
        mapfile -t titles < <(sed -nE 's/^not ok [0-9]+ - (.*) \(exit code [0-9]+\)$/\1/p' "$logs/scenarios.log")
        if [ "${#titles[@]}" -eq "$failed" ] && "${scenarios[@]}" "${titles[@]}"; then
            unsteady+=("${titles[@]}")
            passed=$((passed + failed)) failed=0
        fi
    fi
    counted Scenarios "$passed" "$failed" "$skipped"
    printf '    %s passed, %s failed (%s s)\n' "$passed" "$failed" "$((SECONDS - began))"
}

# run_fuzzing: damaged inputs, the same ones in every run.
run_fuzzing() {
    local status=0
    say "fuzzing"
    "${limit[@]}" bash tests/Fuzz/run.sh --built "${PEIPKG_FUZZ_SECONDS:-40}" > "$logs/fuzzing.log" 2>&1 || status=$?
    tail -n 1 "$logs/fuzzing.log"
    if [ "$status" -eq 0 ]; then
        counted fuzzing 1 0 0
    else
        counted fuzzing 0 1 0
        grep -A 8 FINDING "$logs/fuzzing.log" | head -n 100 >&2 || tail -n 30 "$logs/fuzzing.log" >&2
    fi
}

run_formatting() {
    if dotnet tool restore && dotnet csharpier check src tests; then
        counted formatting 1 0 0
    else
        counted formatting 0 1 0
        echo 'error: something is not formatted; run: dotnet csharpier format src tests' >&2
    fi
}

# First the projects that need no native program, while those may still be in the making. The scenarios come last and alone:
# some of them measure how quick a program or a page is.
without=(Peipkg.Format.Tests Peipkg.Recipes.Tests Peipkg.Posix.Tests Peipkg.CommandLine.Tests Peipkg.Architecture.Tests)
say "checking the formatting"
begin formatting run_formatting
for name in "${without[@]}"; do run_project "$name"; done
run_fuzzing
end formatting
end programs || die "the programs could not be built"
end tools || die "the tests' tools could not be installed"
stop_compiler
for directory in tests/*.Tests; do
    name=$(basename "$directory")
    case " ${without[*]} " in *" $name "*) ;; *) run_project "$name" ;; esac
done
run_scenarios

passed=0 failed=0 skipped=0
broken=()
while read -r name stage_passed stage_failed stage_skipped; do
    passed=$((passed + stage_passed))
    failed=$((failed + stage_failed))
    skipped=$((skipped + stage_skipped))
    [ "$stage_failed" -eq 0 ] || broken+=("$name")
done < "$results/counts"
for name in formatting fuzzing Scenarios tests/*.Tests; do
    grep -q "^$(basename "$name") " "$results/counts" || { broken+=("$name"); failed=$((failed + 1)); }
done

for name in "${unsteady[@]}"; do
    printf 'warning: failed, and passed when it was run again: %s\n' "$name" >&2
done
say "took $((SECONDS / 60)) min $((SECONDS % 60)) s"
[ "${#broken[@]}" -eq 0 ] || printf 'error: not everything passed in: %s\n' "${broken[*]}" >&2
summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
printf '%s\n' "$summary"
[ "$failed" -eq 0 ]
