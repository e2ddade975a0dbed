#!/usr/bin/env bash
# Disturbs every single system call with which peipkg-repo changes the disk, and looks at what is left.
# usage: bash tests/Scenarios/Faults/disturb.sh quick | COMMAND...     the scenarios in faults.test.sh call it
#
# Each COMMAND has a repository that it changes, and a command that follows. A first run counts the calls; then for each
# of them, and each kind of fault, the command runs on a fresh copy with that call disturbed: killed there (kill), the call
# refused (ENOSPC, EIO, EACCES), or it and all after it (ENOSPC+, EROFS+). Each time
#   - what is there is the generation before or the one after, byte for byte, and it verifies;
#   - the command either succeeded, with the generation after in place, or ended with a message and exit code 1;
#   - run again it succeeds and leaves the bytes and modes that an undisturbed run leaves;
#   - after the command that follows not even a hidden file is different.
# The program is named by PEIPKG_REPO (default: artifacts/bin/peipkg-repo). Exit code 77: this machine lets nobody trace.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
repo_tool=$(realpath "${PEIPKG_REPO:-$root/artifacts/bin/peipkg-repo}")
build_tool=$(realpath "${PEIPKG_BUILD:-$root/artifacts/bin/peipkg-build}")

# ---- one case, in a process of its own: several run at once

# listing DIRECTORY [all]: every file, link and directory with its mode and content; hidden ones when told.
listing() {
    local hidden=()
    [ "${2:-}" = all ] || hidden=(-name '.peipkg-repo*' -prune -o)
    (
        cd "$1"
        # A directory's mode tells; a link's does not.
        find . "${hidden[@]}" -printf '%y %m %P %l\n' | LC_ALL=C sort -k 3
        find . "${hidden[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
    )
}

# generation REPOSITORY: what its signed documents are, as a reader finds them by path.
generation() {
    # Without repo.json there is no repository for anybody.
    (cd "$1" 2> /dev/null && [ -e repo.json ] && sha256sum repo.json repo.json.sig index/{active,archive}.json{,.sig} 2>&1 || echo incomplete)
}

wrong() {
    printf '%s\n' "$*" >> "$report"
}

# run_case SCENARIO FAULT N
run_case() {
    local scenario=$1 fault=$2 n=$3 status=0 now before after command=() follow=() result=repo again=when-old
    local case_dir=$scenario/cases/$fault-$n
    report=$scenario/cases/$fault-$n.report
    # shellcheck source=/dev/null
    . "$scenario/definition"
    before=$(cat "$scenario/before.generation") after=$(cat "$scenario/after.generation")
    mkdir -p "$scenario/cases"
    cp -a "$scenario/base" "$case_dir"
    cd "$case_dir"
    timeout --kill-after=5 30 "$scenario/../inject" "$case_dir" "$case_dir.calls" "$fault" "$n" "${command[@]}" \
        > "$case_dir.out" 2>&1 || status=$?

    now=$(generation "$result")
    [ "$now" = "$before" ] || [ "$now" = "$after" ] || wrong "it is neither the generation before nor the one after"
    case $fault:$status in
        kill:137 | *:1) ;;
        kill:0) wrong "it was not killed" ;;
        *:0) [ "$now" = "$after" ] || wrong "it claims success, but the generation after is not in place" ;;
        *) wrong "exit code $status" ;;
    esac
    if [ "$status" -eq 1 ] && ! grep -q '^peipkg-repo: error: ' "$case_dir.out"; then wrong "it does not say what went wrong"; fi
    if [ "$status" -eq 1 ] && [ "$now" = "$after" ] && [ "$before" != "$after" ] && ! grep -q 'is in place' "$case_dir.out"; then
        wrong "it failed with the generation after in place and does not say so"
    fi
    if grep -qE '^   at |Unhandled' "$case_dir.out"; then wrong "a stack trace"; fi
    if [ -e "$result/repo.json" ] && ! "$repo_tool" verify --repo "$result" > "$case_dir.verify" 2>&1; then
        wrong "what is left does not verify: $(tail -n 5 "$case_dir.verify")"
    fi
    if [ "$again" = without-snapshot ]; then [ ! -d repo/.peipkg-repo.snapshots/first ] || again=never; fi
    if { [ "$again" != never ] && [ "$now" = "$before" ]; } || [ "$again" = always ] || { [ "$again" = while-pending ] && [ -d repo/.peipkg-repo.pending ]; }; then
        if "${command[@]}" > "$case_dir.again" 2>&1; then
            listing . | diff "$scenario/after.listing" - > "$case_dir.diff" ||
                wrong "run again it leaves something else: $(head -n 5 "$case_dir.diff")"
        else
            wrong "run again it fails: $(tail -n 5 "$case_dir.again")"
        fi
    fi
    if "${follow[@]}" > "$case_dir.follow" 2>&1; then
        listing . all | diff "$scenario/follow.listing" - > "$case_dir.diff" ||
            wrong "what follows leaves something else: $(head -n 5 "$case_dir.diff")"
    else
        wrong "what follows fails: $(tail -n 5 "$case_dir.follow")"
    fi

    cd /
    if [ -s "$report" ]; then
        { printf '%s: %s at call %s\n' "$(basename "$scenario")" "$fault" "$n"
          grep -n 'here' "$case_dir.calls" | head -n 1
          cat "$report"; tail -n 3 "$case_dir.out"; } | sed '2,$s/^/    /'
        touch "$scenario/failed"
    fi
    chmod -R u+rwX "$case_dir"
    rm -rf "$case_dir" "$case_dir".*
}

if [ "${1:-}" = cases ]; then
    shift
    while [ $# -gt 0 ]; do
        run_case "$1" "$2" "$3"
        shift 3
    done
    exit
fi

# ---- scenarios

# pack NAME VERSION DIRECTORY
pack() {
    mkdir -p "tree/usr/share/$1" "$3"
    echo "$1 $2" > "tree/usr/share/$1/data"
    cat > manifest.json <<JSON
{"schema_version":1,"name":"$1","version":"$2","architecture":"noarch","description":"For tests","license":"MIT","homepage":"",
"dependencies":[],"optional_dependencies":[],"conflicts":[],"provides":[],"replaces":[],"side_effects":[],"size_installed":0,
"sd_overrides":[],"build":{"timestamp":"2026-05-01T00:00:00Z","farm_id":"faults","source_ref":"test://faults"}}
JSON
    "$build_tool" pack --manifest manifest.json --staged tree --out "$3/$1_$2_noarch.peipkg" --sign-key "$work/keys/first.pem" > /dev/null
    rm -r tree manifest.json
}

quietly() {
    "$@" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

publish() {
    quietly "$repo_tool" publish --in repo --out repo --sign-key "$key" "$@"
}

# Leaves a repository with a release, a pre-release and a page for each in ./repo, two new packages in ./new, one in ./later.
common_base() {
    key=$work/keys/first.pem
    quietly "$repo_tool" init --name faults --sign-key "$key" --timestamp 2026-05-02T00:00:00Z --out repo
    mkdir old
    pack alpha 1.0-1 old
    pack beta '2.0~rc1-1' old
    pack beta '2.0-1' old
    publish --new old --allow-future --timestamp 2026-05-03T00:00:00Z "$@"
    rm -r old
    pack alpha 1.1-1 new
    pack gamma 1.0-1 new
    pack omega 1.0-1 later
}

# serve DIRECTORY: over HTTP, for as long as this script runs; its address is in $work/url.
serve() {
    local port
    for port in $(seq "$((20000 + RANDOM % 20000))" 60000); do
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && continue
        busybox httpd -f -p "127.0.0.1:$port" -h "$1" > /dev/null 2>&1 &
        echo $! >> "$work/servers"
        for _ in $(seq 50); do
            kill -0 $! 2> /dev/null || break
            if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
                echo "http://127.0.0.1:$port" > "$work/url"
                return
            fi
            sleep 0.1
        done
    done
    echo "error: no free port" >&2
    exit 1
}

key_command() { # COMMAND OPTION...
    command=("$repo_tool" "$@" --repo repo --timestamp 2026-05-05T00:00:00Z)
}

# define NAME: in an empty directory, makes the base; sets command, follow, result and again.
define() {
    local key
    result=repo again=when-old
    follow=("$repo_tool" publish --in repo --new later --sign-key "$work/keys/first.pem" --timestamp 2026-05-06T00:00:00Z --allow-future --out repo)
    command=("$repo_tool" publish --in repo --new new --sign-key "$work/keys/first.pem" --timestamp 2026-05-05T00:00:00Z --allow-future --out repo)
    case $1 in
        publish) common_base ;;
        first-publish) common_base --no-site ;;
        without-site)
            common_base --no-site
            command+=(--no-site)
            follow+=(--no-site) ;;
        elsewhere)
            common_base
            result=next
            command=("${command[@]/%repo/next}")
            command[0]=$repo_tool command[3]=repo
            # A lock that a killed run left in either goes with the next run there.
            # shellcheck disable=SC2016 # expanded by the inner shell
            follow=(bash -euc 'for at in repo next; do "$@" --in "$at" --out "$at"; done' follow "${follow[@]:0:2}" "${follow[@]:4:7}") ;;
        rotate-key)
            common_base
            key_command rotate-key --old-key "$work/keys/first.pem" --new-key "$work/keys/second.pem" --valid-until 2086-01-01T00:00:00Z
            follow=("${follow[@]/first.pem/second.pem}") ;;
        revoke-key)
            common_base
            quietly "$repo_tool" add-key --repo repo --key "$work/keys/second.pem" --sign-key "$key" --timestamp 2026-05-04T00:00:00Z
            quietly "$repo_tool" add-key --repo repo --key "$work/keys/third.pem" --sign-key "$key" --timestamp 2026-05-04T00:00:00Z
            key_command revoke-key --key-or-fingerprint "$work/keys/third.pem" --sign-key "$work/keys/second.pem" ;;
        retire-key)
            common_base
            quietly "$repo_tool" add-key --repo repo --key "$work/keys/second.pem" --sign-key "$key" --timestamp 2026-05-04T00:00:00Z
            quietly "$repo_tool" rotate-key --repo repo --old-key "$work/keys/second.pem" --new-key "$work/keys/third.pem" \
                --valid-until 2086-01-01T00:00:00Z --timestamp 2026-05-04T00:00:00Z
            key_command retire-key --key-or-fingerprint "$work/keys/second.pem" --sign-key "$key" --force ;;
        describe)
            common_base
            key_command describe --description "Another one" --sign-key "$key" ;;
        prune)
            common_base
            key_command prune-prerelease --older-than 1d --keep 0 --sign-key "$key" ;;
        withdraw)
            common_base
            key_command withdraw beta=2.0-1 --reason "Bad" --sign-key "$key" ;;
        migrate-edition)
            common_base
            key_command migrate-edition --edition pspu-5 --sign-key "$key" ;;
        rollback)
            common_base
            quietly "$repo_tool" snapshot create first --repo repo
            publish --new new --allow-future --timestamp 2026-05-04T00:00:00Z
            key_command rollback --to first --sign-key "$key" ;;
        promote)
            common_base
            quietly "$repo_tool" init --name testing --sign-key "$key" --timestamp 2026-05-02T00:00:00Z --out testing
            quietly "$repo_tool" publish --in testing --new new --allow-future --sign-key "$key" --timestamp 2026-05-03T00:00:00Z --out testing
            command=("$repo_tool" promote alpha gamma --from testing --to repo --sign-key "$key" --timestamp 2026-05-05T00:00:00Z) ;;
        snapshot)
            common_base
            command=("$repo_tool" snapshot create first --repo repo)
            again=without-snapshot ;;
        mirror | first-mirror)
            # Of a repository that all cases share, and that has gone on since: new packages, one pruned, another key.
            local upstream=$work/upstream-$1
            mkdir "$upstream"
            (
                cd "$upstream"
                common_base
                serve "$upstream/repo"
                quietly "$repo_tool" mirror --url "$(cat "$work/url")" --trust "$("$repo_tool" fingerprint --plain "$work/keys/first.pub")" --out copy
                publish --new new --allow-future --timestamp 2026-05-04T00:00:00Z
                quietly "$repo_tool" prune-prerelease --repo repo --older-than 1d --keep 0 --sign-key "$key" --timestamp 2026-05-05T00:00:00Z
                quietly "$repo_tool" add-key --repo repo --key "$work/keys/second.pem" --sign-key "$key" --timestamp 2026-05-05T00:00:00Z
            )
            [ "$1" = first-mirror ] || mv "$upstream/copy" repo
            command=("$repo_tool" mirror --url "$(cat "$work/url")" --trust "$("$repo_tool" fingerprint --plain "$work/keys/first.pub")" --out repo)
            follow=("${command[@]}") ;;
        prepare)
            common_base
            command=("${command[@]/first.pem/first.pub}")
            again=always ;;
        import)
            common_base
            quietly "${command[@]/first.pem/first.pub}"
            quietly "$repo_tool" export-signing-request --repo repo --out request
            quietly "$repo_tool" sign --detached --request request --sign-key "$key" --out signatures
            command=("$repo_tool" import-signatures --repo repo --signatures signatures)
            again=while-pending ;;
        init)
            pack omega 1.0-1 later
            command=("$repo_tool" init --name faults --sign-key "$work/keys/first.pem" --timestamp 2026-05-02T00:00:00Z --out repo) ;;
        *) echo "error: there is no command $1 to disturb" >&2; exit 2 ;;
    esac
}

# prepare NAME: the scenario's directory with everything its cases need; prints the number of calls.
prepare() {
    local scenario=$work/$1 command follow result again
    mkdir -p "$scenario/base" "$scenario/cases"
    (
        cd "$scenario/base"
        define "$1"
        declare -p command follow result again > "$scenario/definition"
    )
    # shellcheck source=/dev/null
    . "$scenario/definition"
    generation "$scenario/base/$result" > "$scenario/before.generation"
    cp -a "$scenario/base" "$scenario/undisturbed"
    cd "$scenario/undisturbed"
    "$work/inject" "$scenario/undisturbed" "$scenario/calls" count "${command[@]}" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    generation "$result" > "$scenario/after.generation"
    listing . > "$scenario/after.listing"
    quietly "${follow[@]}"
    listing . all > "$scenario/follow.listing"
    cd /
    wc -l < "$scenario/calls"
}

# cases SCENARIO: a line for each.
cases() {
    local fault n call
    for fault in "${faults[@]}"; do
        while read -r n call _; do
            [ "$fault" = kill ] || [ $((n % every)) -eq 0 ] || continue
            # Killed at a flush is killed at the call after it; and freeing space is never out of space.
            case $fault:$call in kill:*sync* | ENOSPC:unlink* | ENOSPC:rmdir) continue ;; esac
            printf '%s %s %s\n' "$work/$1" "$fault" "$n"
        done < "$work/$1/calls"
    done
}

command -v gcc > /dev/null || { echo "error: gcc is needed" >&2; exit 1; }
# In memory where there is room: what is looked at is the order of the calls, and a disk's flushes take most of the time.
scratch=${TMPDIR:-/tmp}
[ ! -w /dev/shm ] || [ "$(df --output=avail /dev/shm | tail -n 1)" -lt 50000 ] || scratch=/dev/shm
work=$(mktemp -d "$scratch/peipkg-faults.XXXXXX")
trap '[ ! -e "$work/servers" ] || xargs kill < "$work/servers"; chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
gcc -O2 -Wall -Wextra -Werror -o "$work/inject" "$here/inject.c"
"$work/inject" "$work" "$work/log" count true || { echo "this machine lets nobody trace a program"; exit 77; }
mkdir "$work/keys"
for name in first second third; do
    quietly "$repo_tool" keygen --out "$work/keys/$name.pem"
    openssl pkey -in "$work/keys/$name.pem" -pubout -out "$work/keys/$name.pub"
done

faults=(kill ENOSPC EIO EACCES ENOSPC+ EROFS+) every=1
scenarios=("$@")
if [ "${1:-}" = quick ]; then
    # Killed at every call, out of space at every third.
    scenarios=(publish) faults=(kill ENOSPC) every=3
fi
failed=0
for name in "${scenarios[@]}"; do
    calls=$(prepare "$name")
    cases "$name" > "$work/cases"
    xargs -n 24 -P "$(nproc)" bash "$here/disturb.sh" cases < "$work/cases"
    printf '%s: %s calls, %s times disturbed: %s\n' "$name" "$calls" "$(wc -l < "$work/cases")" \
        "$([ -e "$work/$name/failed" ] && echo FAILED || echo "well each time")"
    [ ! -e "$work/$name/failed" ] || failed=1
done
exit "$failed"
