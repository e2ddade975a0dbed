#!/usr/bin/env bash
# Runs the scenarios: end-to-end tests of the programs as they are shipped, one line each.
# usage: bash tests/Scenarios/run.sh [--list] [--long] [--jobs N] [WORD...]
#   WORD       only scenarios whose file or name contains one of the words, in upper or lower case
#   --list     prints their names and runs nothing
#   --long     the long ones instead, which take minutes to hours (see below)
#   --jobs N   runs N at once (default: 1)
#
# A scenario is a function test_... in a file *.test.sh here, or a test("...") in a file Browser/*.test.mjs. Its name, read
# as a sentence, is what it shows. A function runs in a shell of its own (set -euo pipefail) in an empty directory, with
# library.sh loaded. Exit code 77 skips it; the last line says why.
#
# Functions long_... are the long ones. They take numbers from the environment: PEIPKG_TEST_KILLS (200),
# PEIPKG_TEST_READERS (100), PEIPKG_TEST_PUBLICATIONS (200), PEIPKG_TEST_SYNCS (50), PEIPKG_TEST_CUTS (20); and a mirror
# from PEIPKG_DEBIAN_MIRROR.
#
# PEIPKG_BUILD, PEIPKG_REPO and PEIPKG_MANAGER name the programs. By default they are those in artifacts/bin, which are
# built when they are missing. A scenario ends after PEIPKG_TEST_LIMIT seconds (600; a long one after 14400).
# With PEIPKG_COUNTS=FILE the three numbers passed, failed and skipped are written to FILE.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"

list='' kind=test limit=${PEIPKG_TEST_LIMIT:-600} jobs=1 words=()
while [ $# -gt 0 ]; do
    case $1 in
        --list) list=yes ;;
        --long) kind=long limit=${PEIPKG_TEST_LIMIT:-14400} ;;
        --jobs) jobs=${2:?--jobs needs a number} && shift ;;
        -h | --help) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}" && exit ;;
        -*) die "unknown option $1; bash tests/Scenarios/run.sh --help lists them" ;;
        *) words+=("${1//_/ }") ;;
    esac
    shift
done

# ---- finding

# wanted TITLE: whether one of the words is in it. Without words everything is wanted.
wanted() {
    local word
    [ "${#words[@]}" -gt 0 ] || return 0
    for word in "${words[@]}"; do
        case ${1,,} in *"${word,,}"*) return 0 ;; esac
    done
    return 1
}

# The scenarios, in three lists side by side: file, function (or the name of a test in a page's file) and title.
files=() names=() titles=()
find_in() { # FILE SUBJECT PATTERN, which leaves the name
    local name title
    while IFS= read -r name; do
        title="$2: ${name#"${kind}_"}"
        title=${title//_/ }
        if wanted "$title"; then files+=("$1") names+=("$name") titles+=("$title"); fi
    done < <(sed -nE "$3" "$1")
}

# Pages first: they take longest, and nothing waits for them at the end.
for file in "$here"/Browser/*.test.mjs; do
    [ "$kind" = long ] || find_in "$file" "Browser/$(basename "$file" .test.mjs)" 's/^test\("(.*)", async .*/\1/p'
done
for file in "$here"/*.test.sh; do
    find_in "$file" "$(basename "$file" .test.sh)" "s/^(${kind}_[A-Za-z0-9_]*)\(\) \{\$/\1/p"
done
[ "${#titles[@]}" -gt 0 ] || die "no scenario of this kind has such a name; --list prints the names, --list --long those of the long ones"
if [ "$list" ]; then
    printf '%s\n' "${titles[@]}"
    exit
fi

# ---- preparing

case "${files[*]}" in
    *.mjs*)
        logs=$root/artifacts/logs
        install_missing "$logs/apt-browser.log" chromium=chromium node=nodejs npm=npm
        npm_modules "$here/Browser" "$logs/npm-browser.log"
        # It makes the packages of large repositories.
        [ -e "$root/tests/Benchmarks/bin/Release/net10.0/Benchmarks.dll" ] ||
            run_logged "$logs/build-benchmarks.log" dotnet build "$root/tests/Benchmarks" -c Release --nologo -v q ;;
esac
for program in build repo manager; do
    variable=PEIPKG_${program^^}
    if [ -z "${!variable:-}" ]; then
        export "$variable=$root/artifacts/bin/peipkg-$program"
        [ -x "${!variable}" ] || bash "$root/.ci/publish.sh"
    fi
    [ -x "${!variable}" ] || die "$variable names ${!variable}, which is not there"
    export "$variable=$(realpath "${!variable}")"
done

work=$(mktemp -d)
trap 'remove "$work"' EXIT
# What several scenarios need is made once and kept here.
export PEIPKG_SHARED=$work/shared
mkdir "$PEIPKG_SHARED"
: > "$work/results"

# ---- running

# result STATUS TITLE SECONDS LOG: prints one line, and the end of the log of a failure. Several may run at once.
result() {
    local status=$1 title=$2 seconds=$3 log=$4 number
    (
        flock 9
        printf '%s\n' "$status" >> "$work/results"
        number=$(wc -l < "$work/results")
        case $status in
            0) printf 'ok %s - %s (%s s)\n' "$number" "$title" "$seconds" ;;
            77) printf 'ok %s - %s # SKIP %s\n' "$number" "$title" "$(tail -n 1 "$log")" ;;
            *)
                printf 'not ok %s - %s (exit code %s)\n' "$number" "$title" "$status"
                tail -n 40 "$log" | sed 's/^/#   /' ;;
        esac
    ) 9>> "$work/results.lock"
}

# remove DIRECTORY: together with the processes that a scenario has left in it, which may still be writing.
remove() {
    local left
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        for left in $(pgrep -f "$1/"); do kill -9 "$left" 2> /dev/null || true; done
        chmod -R u+rwX "$1" 2> /dev/null || true
        rm -rf "$1" 2> /dev/null && return
        sleep 0.3
    done
    echo "# $1 could not be removed"
}

# Whoever starts this in the background leaves SIGINT ignored, and programs would inherit that.
undisturbed=(env --default-signal=HUP --default-signal=INT --default-signal=QUIT --default-signal=TERM)

# logged LOG COMMAND...: what a long scenario says is shown as it comes.
logged() {
    if [ "$kind" = long ]; then
        "${@:2}" 2>&1 < /dev/null | tee "$1" | sed -u 's/^/#   /'
    else
        "${@:2}" > "$1" 2>&1 < /dev/null
    fi
}

# run_scenario NUMBER FILE FUNCTION TITLE
run_scenario() {
    local directory=$work/$1 status=0 began=$SECONDS
    mkdir -p "$directory/tmp" "$directory/here"
    # shellcheck disable=SC2016 # expanded by the inner shell
    TMPDIR=$directory/tmp logged "$directory/log" "${undisturbed[@]}" timeout --kill-after=10 "$limit" \
        bash -euo pipefail -c 'cd "$1"; . "$2/library.sh"; . "$3"; "$4"' "$3" "$directory/here" "$here" "$2" "$3" || status=$?
    result "$status" "$4" "$((SECONDS - began))" "$directory/log"
    remove "$directory"
}

# run_pages NUMBER FILE NAME...: the tests of one file, which share a browser and what it shows.
run_pages() {
    local directory=$work/$1 file=$2 subject patterns=() name word seconds text expected=$(($# - 2)) reported=0 status=0
    subject=Browser/$(basename "$file" .test.mjs)
    mkdir -p "$directory/tmp"
    for name in "${@:3}"; do
        patterns+=("--test-name-pattern=^$(sed 's/[][\/\\.*^$+?(){}|]/\\&/g' <<< "$name")\$")
    done
    : > "$directory/log"
    while IFS=$'\t' read -r word seconds text; do
        case $word in
            text) printf '%s\n' "$text" >> "$directory/log" ;;
            pass | fail | skip)
                case $word in pass) status=0 ;; skip) status=77 ;; fail) status=1 ;; esac
                result "$status" "$subject: $text" "$seconds" "$directory/log"
                reported=$((reported + 1))
                : > "$directory/log" ;;
            note) printf '#   %s\n' "$text" ;;
            *) printf '%s\n' "$word $seconds $text" >> "$directory/log" ;;
        esac
    done < <(cd "$here/Browser" && TMPDIR=$directory/tmp "${undisturbed[@]}" timeout --kill-after=10 "$limit" \
        node --test --test-reporter=./rig/reporter.mjs "${patterns[@]}" "$file" 2>&1 < /dev/null)
    # A page that never answers, or a browser that does not start, ends the file early.
    while [ "$reported" -lt "$expected" ]; do
        reported=$((reported + 1))
        result 1 "$subject: a test that did not report" 0 "$directory/log"
    done
    remove "$directory"
}

running=0
for ((i = 0; i < ${#titles[@]}; i++)); do
    command=(run_scenario "$i" "${files[i]}" "${names[i]}" "${titles[i]}")
    if [ "${files[i]}" != "${files[i]%.mjs}" ]; then
        command=(run_pages "$i" "${files[i]}" "${names[i]}")
        while [ "${files[i + 1]:-}" = "${files[i]}" ]; do
            i=$((i + 1))
            command+=("${names[i]}")
        done
    fi
    if [ "$running" -ge "$jobs" ]; then
        wait -n || true
        running=$((running - 1))
    fi
    "${command[@]}" &
    running=$((running + 1))
done
wait

count() {
    grep -cxE "$1" "$work/results" || true
}
total=$(count '.*')
printf '1..%s\n' "$total"
# A scenario that did not even report has failed.
[ "$total" -ge "${#titles[@]}" ] || total=${#titles[@]}
failed=$((total - $(count '0|77')))
[ -z "${PEIPKG_COUNTS:-}" ] || printf '%s %s %s\n' "$(count 0)" "$failed" "$(count 77)" > "$PEIPKG_COUNTS"
[ "$failed" -eq 0 ]
