#!/bin/sh
# Runs a job of peipkg-manager on another host over ssh, as docs/launchers.md describes.
#
#   launcher = ["/opt/peipkg/launchers/ssh.sh", "{workdir}", "builder@worker-1.example.org"]
#
# The host needs an sshd, tar, xargs, setsid, ps, awk and peipkg-build. Configure keys, ports and known hosts in
# ~/.ssh/config. watch.sh, which must lie beside this script, keeps the build within its limits there, and taskset keeps it on
# as many processors as it may use.
# Two variables of the manager's environment change what is run; in a pool, name them in its environment:
#   PEIPKG_SSH           the ssh command on this host (default: ssh -o BatchMode=yes)
#   PEIPKG_REMOTE_BUILD  the path of peipkg-build on the other host (default: peipkg-build)
set -eu

trouble() {
    printf 'ssh launcher: %s\n' "$1" >&2
    exit 75
}

[ $# -eq 2 ] || trouble "usage: ssh.sh JOB-DIRECTORY [USER@]HOST"
job=$1
host=$2
case $host in -*) trouble "$host is no host" ;; esac
here=$(cd -- "$(dirname "$0")" && pwd)
cd -- "$job" || trouble "there is no job directory $job"

# limit NAME: prints one of job.json's limits, or nothing if it is not set.
limit() {
    sed -n "s/^ *\"$1\": \([0-9][0-9]*\),\{0,1\}\$/\1/p" job.json
}

cp "$here/watch.sh" . 2> /dev/null || trouble "there is no watch.sh beside $0"

# on FILE-FOR-STDIN COMMAND: runs a command on the host.
on() {
    stdin=$1
    shift
    # shellcheck disable=SC2086 # The variable holds a command with its options.
    ${PEIPKG_SSH:-ssh -o BatchMode=yes} -- "$host" "$@" < "$stdin"
}

# shellcheck disable=SC2016 # Expanded there.
remote=$(on /dev/null 'umask 077; exec mktemp -d "${TMPDIR:-/var/tmp}/peipkg-job.XXXXXXXXXX"') ||
    trouble "cannot make a directory on $host"

# The worker's answer becomes part of commands on that same worker, and of nothing here.
case $remote in
    *[!A-Za-z0-9/._-]* | *..*) trouble "$host answered with a strange directory" ;;
    /*) ;;
    *) trouble "$host answered with a strange directory" ;;
esac

clean() {
    on /dev/null "chmod -R u+rwX '$remote'; rm -rf '$remote'" || printf 'ssh launcher: %s is left on %s\n' "$remote" "$host" >&2
    rm -f lifeline
}
trap clean EXIT
trap 'exit 75' HUP INT TERM

tar -cf - job.json job.args watch.sh recipe source > job.tar || trouble "cannot pack the job"
on job.tar "tar -C '$remote' -xf -" || trouble "cannot copy the job to $host"
rm -f job.tar

# The build ends with the connection: as soon as no process here holds the other end of its standard input.
# shellcheck disable=SC2016 # Expanded there.
script='
    cd "$1" || exit 75
    mkdir out tmp || exit 75
    TMPDIR=$1/tmp
    export TMPDIR
    exec 3<&0
    own=
    if [ -n "$6" ] && [ "$6" -lt "$(nproc)" ]; then
        own=$(shuf -i "0-$(($(nproc) - 1))" -n "$6" | paste -s -d ,)
        taskset -c "$own" true 2> /dev/null || own=
    fi
    ${own:+taskset -c "$own"} setsid xargs -0 "$2" < job.args &
    build=$!
    sh watch.sh "$build" "$3" "$4" "$5" "$1" < /dev/null &
    limits=$!
    (
        cat <&3
        kill -s TERM -- "-$build"
        sleep 20
        kill -s KILL -- "-$build"
    ) > /dev/null 2>&1 &
    watch=$!
    exec 3<&-
    status=0
    wait "$build" || status=$?
    kill "$watch" "$limits" 2> /dev/null
    [ ! -e exceeded ] || status=123
    # xargs exits with 123 if the program failed, and with another status if it could not run or was killed.
    case $status in
        0) exit 0 ;;
        123) exit 1 ;;
        *) exit 75 ;;
    esac'
mkfifo lifeline || trouble "cannot make a pipe"
exec 4<> lifeline
status=0
# shellcheck disable=SC2086
${PEIPKG_SSH:-ssh -o BatchMode=yes} -- "$host" \
    "exec sh -c '$(printf '%s' "$script" | sed "s/'/'\\\\''/g")' sh '$remote' '${PEIPKG_REMOTE_BUILD:-peipkg-build}' \
'$(limit memory_bytes)' '$(limit processes)' '$(limit disk_bytes)' '$(limit cpus)'" \
    < lifeline 4>&- &
connection=$!
wait "$connection" || status=$?
exec 4>&-
[ "$status" -le 1 ] || trouble "the build on $host could not be run, or was cut off (status $status)"
[ "$status" -eq 0 ] || exit 1

# Fetch only the expected files, one by one and none larger than a package can be. Whatever else is in the worker's
# directory stays there.
ulimit -f 8388608
while read -r name <&5; do
    on /dev/null "cat '$remote/out/$name'" > "out/$name" || trouble "cannot fetch $name from $host"
done 5< job.packages
