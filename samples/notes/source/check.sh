#!/bin/sh
# Tries every command of notes.sh in its own directory.
set -eu

source=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/kept"
printf 'directory=%s\n' "$work/kept" > "$work/notes.conf"

notes() {
    NOTES_CONFIG="$work/notes.conf" sh "$source/notes.sh" "$@"
}

expect() {
    [ "$1" = "$2" ] || {
        printf 'check: expected "%s", got "%s"\n' "$1" "$2" >&2
        exit 1
    }
}

expect 1 "$(notes add water the plants)"
expect 2 "$(notes add call home)"
expect 'water the plants' "$(notes show 1)"
notes remove 1
expect '  2  call home' "$(notes list)"
expect 3 "$(notes add third)"
if notes show 1 2> /dev/null; then
    echo 'check: a removed note is still there' >&2
    exit 1
fi
echo 'notes: all checks passed'
