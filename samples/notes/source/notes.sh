#!/bin/sh
# notes: keep short notes, one file per note, numbered from 1.
set -eu

version=@VERSION@
config=${NOTES_CONFIG:-/etc/notes.conf}

usage() {
    cat <<'TEXT'
usage: notes add TEXT...     keep a note and print its number
       notes list            print every note, one line each
       notes show NUMBER     print one note
       notes remove NUMBER   forget one note
       notes help | version
TEXT
}

die() {
    printf 'notes: %s\n' "$1" >&2
    exit 1
}

directory() {
    [ -r "$config" ] || die "cannot read $config"
    value=$(sed -n 's/^directory=//p' "$config" | tail -n 1)
    [ -n "$value" ] || die "$config names no directory; add a line directory=PATH"
    [ -d "$value" ] || die "$value, named in $config, is not a directory"
    printf '%s\n' "$value"
}

note_file() {
    case $1 in
        '' | 0* | *[!0-9]*) die "'$1' is not a note's number" ;;
    esac
    [ -f "$notes/$1.txt" ] || die "there is no note $1"
    printf '%s\n' "$notes/$1.txt"
}

# The numbers of all notes in ascending order.
numbers() {
    for file in "$notes"/*.txt; do
        [ -f "$file" ] || continue
        basename "$file" .txt
    done | sort -n
}

command=${1:-help}
[ $# -eq 0 ] || shift

case $command in
    help | --help | -h)
        usage
        exit 0 ;;
    version | --version)
        printf 'notes %s\n' "$version"
        exit 0 ;;
esac

notes=$(directory)
case $command in
    add)
        [ $# -gt 0 ] || die "add what? Write the note after the word add"
        last=$(numbers | tail -n 1)
        number=$((${last:-0} + 1))
        printf '%s\n' "$*" > "$notes/$number.txt"
        printf '%s\n' "$number" ;;
    list)
        numbers | while read -r number; do
            printf '%3d  %s\n' "$number" "$(head -n 1 "$notes/$number.txt")"
        done ;;
    show)
        file=$(note_file "${1:-}")
        cat "$file" ;;
    remove)
        file=$(note_file "${1:-}")
        rm "$file" ;;
    *)
        printf 'notes: unknown command %s\n' "$command" >&2
        usage >&2
        exit 2 ;;
esac
