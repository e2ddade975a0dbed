#!/bin/sh
# Runs a job of peipkg-manager on a Slurm cluster, as docs/launchers.md describes: srun waits for the place, carries the job
# there and the packages back. Farm and nodes share no directory.
#
#   launcher = ["/opt/peipkg/launchers/slurm.sh", "{workdir}", "--constraint={architecture}"]
#   queue = "6h"
#   environment = ["SLURM_CONF"]
#
# The words after the job's directory are options of srun. Nodes need tar, xargs, setsid, ps, awk and peipkg-build.
# A node where Slurm kills a job keeps its directory, /tmp/peipkg-job.JOB-ID.*; an epilog of yours can remove it.
#   PEIPKG_SRUN          the command (default: srun)
#   PEIPKG_REMOTE_BUILD  the path of peipkg-build on the nodes (default: peipkg-build)
set -eu

trouble() {
    printf 'slurm launcher: %s\n' "$1" >&2
    exit 75
}

[ $# -ge 1 ] || trouble "usage: slurm.sh JOB-DIRECTORY [OPTION-OF-SRUN…]"
here=$(cd -- "$(dirname "$0")" && pwd)
cd -- "$1" || trouble "there is no job directory $1"
shift

# limit NAME: prints one of job.json's limits, or nothing if it is not set.
limit() {
    sed -n "s/^ *\"$1\": \([0-9][0-9]*\),\{0,1\}\$/\1/p" job.json
}

memory=$(limit memory_bytes)
cpus=$(limit cpus)
time=$(limit time_seconds)
[ -z "$memory" ] || set -- "$@" --mem="$(((memory + 1048575) / 1048576))M"
[ -z "$cpus" ] || set -- "$@" --cpus-per-task="$cpus"
[ -z "$time" ] || set -- "$@" --time="$(((time + 59) / 60))"

# A node gets the job through standard input. It sends a line when it begins and then its packages through standard output,
# and its messages through standard error. The build ends when its standard input does. srun exits with 1 if it cannot run
# a job, so a failed build exits with 10.
# shellcheck disable=SC2016 # Expanded there.
script='
    echo "begun $SLURM_JOB_ID"
    echo "slurm launcher: job $SLURM_JOB_ID runs on $SLURMD_NODENAME" >&2
    room=$(mktemp -d "${TMPDIR:-/tmp}/peipkg-job.$SLURM_JOB_ID.XXXXXXXXXX") && cd "$room" || exit 75
    trap "chmod -R u+rwX \"$room\" 2> /dev/null; rm -rf \"$room\"" EXIT
    trap "exit 75" HUP INT TERM
    head -c "$1" | tar -xf - && mkdir out tmp || exit 75
    exec 3<&0 < /dev/null
    TMPDIR=$room/tmp setsid xargs -0 "$2" < job.args >&2 3<&- &
    build=$!
    {
        trap - EXIT HUP INT TERM
        cat <&3 > /dev/null
        kill -s TERM -- "-$build"
        sleep 20
        kill -s KILL -- "-$build"
    } > /dev/null 2>&1 &
    lifeline=$!
    {
        trap - EXIT HUP INT TERM
        sh watch.sh "$build" "" "$3" "$4" "$room"
    } 3<&- &
    watch=$!
    exec 3<&-
    status=0
    wait "$build" || status=$?
    kill "$lifeline" "$watch" 2> /dev/null
    [ ! -e exceeded ] || status=123
    case $status in
        0) ;;
        123) exit 10 ;;
        *) exit 75 ;;
    esac
    while read -r name; do
        wc -c < "out/$name" || exit 75
        cat "out/$name" || exit 75
    done < job.packages'

cp "$here/watch.sh" . 2> /dev/null || trouble "there is no watch.sh beside $0"
tar -cf job.tar job.args job.packages watch.sh recipe source || trouble "cannot pack the job"
mkfifo lifeline feed answer messages || trouble "cannot make a pipe"
exec 7<> lifeline
(
    exec 7>&-
    cat job.tar -
) < lifeline > feed 2> /dev/null &
"${PEIPKG_SRUN:-srun}" --quiet --ntasks=1 --nodes=1 --job-name=peipkg-build --chdir=/tmp "$@" \
    /bin/sh -c "$script" sh "$(wc -c < job.tar)" "${PEIPKG_REMOTE_BUILD:-peipkg-build}" \
    "$(limit processes)" "$(limit disk_bytes)" < feed > answer 2> messages 7>&- &
run=$!
trap 'kill "$run" 2> /dev/null || true; wait "$run" || true; exit 75' HUP INT TERM

# What Slurm kills for its memory ends like anything else that is killed; only its word tells.
awk '/^slurmstepd[^ ]*: error: .*(memory limit|oom)/ { print > "memory" } { print; fflush() }' < messages >&2 7>&- &
{
    read -r word id || id=
    [ "$word" != begun ] || : > begun
    printf '%s\n' "$id" > job.id
    cat > job.output
} < answer 7>&- &
status=0
wait "$run" || status=$?
exec 7>&-
wait
id=$(cat job.id)
case $status in
    0) ;;
    10) exit 1 ;;
    *)
        [ ! -s memory ] || exit 1
        state=
        [ -z "$id" ] || state=$(scontrol show job "$id" 2> /dev/null | sed -n 's/^ *JobState=\([A-Z_]*\).*/\1/p')
        case $state in OUT_OF_MEMORY | TIMEOUT) exit 1 ;; esac
        trouble "the job ${id:-that srun asked for} ended with status $status${state:+ ($state)}"
        ;;
esac

# Each package follows a line with its size. It gets the name that was ordered.
exec 6< job.output
while read -r name <&5; do
    read -r size <&6 || trouble "the job's output ends before $name"
    case $size in '' | *[!0-9]* | ???????????*) trouble "the job's output is not as agreed" ;; esac
    head -c "$size" <&6 > "out/$name"
    [ "$(wc -c < "out/$name")" -eq "$size" ] || trouble "the job's output ends within $name"
done 5< job.packages
rm -f job.output
