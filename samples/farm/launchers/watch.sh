#!/bin/sh
# Keeps a build within limits that nothing else on its machine enforces; ssh.sh and slurm.sh bring it along.
#
#   watch.sh PID MEMORY PROCESSES DISK DIRECTORY
#
# Sums up once a second what the process and all its descendants use: bytes of memory, processes and threads, and bytes of
# files in the directory. Empty limits are none. Beyond one it says so, makes the file DIRECTORY/exceeded, kills them and
# ends. It ends with them, too.
set -eu

# Prints the ids of the whole tree in one line, then what it uses.
tree() {
    ps -e -o pid= -o ppid= -o rss= -o nlwp= | awk -v root="$1" '
        { parent[$1] = $2; rss[$1] = $3; threads[$1] = $4 }
        END {
            for (pid in parent) {
                up = pid
                for (depth = 0; depth < 1000 && up != root && up in parent; depth++) up = parent[up]
                if (up == root) { ids = ids " " pid; memory += rss[pid]; count += threads[pid] }
            }
            print ids
            printf "%.0f %d\n", memory * 1024, count
        }'
}

exceeded() {
    printf 'the build used more than its limit of %s\n' "$1" >&2
    : > "$directory/exceeded"
    kill -s KILL -- "-$root" 2> /dev/null || :
    # shellcheck disable=SC2086 # Several words.
    kill -s KILL $ids 2> /dev/null || :
    exit 0
}

root=$1
most_memory=$2
most_processes=$3
most_disk=$4
directory=$5
while kill -0 "$root" 2> /dev/null; do
    found=$(tree "$root")
    ids=$(printf '%s\n' "$found" | sed -n 1p)
    used=$(printf '%s\n' "$found" | sed -n 2p)
    memory=${used% *}
    processes=${used#* }
    [ -z "$most_memory" ] || [ "$memory" -le "$most_memory" ] || exceeded "$most_memory bytes of memory"
    [ -z "$most_processes" ] || [ "$processes" -le "$most_processes" ] || exceeded "$most_processes processes and threads"
    if [ -n "$most_disk" ]; then
        disk=$(du -sk "$directory" 2> /dev/null | cut -f 1)
        [ "$((${disk:-0} * 1024))" -le "$most_disk" ] || exceeded "$most_disk bytes of disk"
    fi
    sleep 1
done
