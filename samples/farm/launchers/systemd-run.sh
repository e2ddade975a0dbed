#!/bin/sh
# Runs a job of peipkg-manager as a transient unit of systemd on this host, under a user that exists only as long as
# the unit, as docs/launchers.md describes.
#
#   launcher = ["/opt/peipkg/launchers/systemd-run.sh", "{workdir}"]
#
# The manager needs permission to start units: as root, or from polkit (org.freedesktop.systemd1.manage-units).
#   PEIPKG_SYSTEMD_RUN  the command (default: systemd-run)
#   PEIPKG_UNIT_BUILD   the path of peipkg-build (default: peipkg-build on PATH)
set -eu

trouble() {
    printf 'systemd-run launcher: %s\n' "$1" >&2
    exit 75
}

[ $# -eq 1 ] || trouble "usage: systemd-run.sh JOB-DIRECTORY"
cd -- "$1" || trouble "there is no job directory $1"
build=${PEIPKG_UNIT_BUILD:-$(command -v peipkg-build)} || trouble "peipkg-build is not on PATH"

# limit NAME: prints one of job.json's limits, or nothing if it is not set.
limit() {
    sed -n "s/^ *\"$1\": \([0-9][0-9]*\),\{0,1\}\$/\1/p" job.json
}

# DynamicUser gives the unit its own /var/tmp, which systemd removes however the unit ends.
unit=peipkg-job-$$-$(date +%s)
set -- --quiet --wait --pipe --collect --unit="$unit" --service-type=exec \
    --description="peipkg-build of $PWD" \
    --property=DynamicUser=yes \
    --property=WorkingDirectory=/var/tmp \
    --property=Environment=TMPDIR=/var/tmp/tmp \
    --property=NoNewPrivileges=yes \
    --property=ProtectSystem=strict \
    --property=ProtectHome=yes \
    --property=PrivateNetwork=yes \
    --property=PrivateDevices=yes \
    --property=BindReadOnlyPaths="$PWD:/run/$unit" \
    --property=KillMode=control-group \
    --property=TimeoutStopSec=20s
memory=$(limit memory_bytes)
cpus=$(limit cpus)
processes=$(limit processes)
time=$(limit time_seconds)
[ -z "$memory" ] || set -- "$@" --property=MemoryMax="$memory" --property=MemorySwapMax=0 --property=OOMPolicy=continue
[ -z "$cpus" ] || set -- "$@" --property=CPUQuota="${cpus}00%"
[ -z "$processes" ] || set -- "$@" --property=TasksMax="$processes"
[ -z "$time" ] || set -- "$@" --property=RuntimeMaxSec="$time"

# The unit reads this pipe. However this script ends, the pipe ends with it, and then the unit ends too.
mkfifo lifeline || trouble "cannot make a pipe"
exec 7<> lifeline

stop() {
    systemctl stop "$unit.service" 2> /dev/null || true
    exit 75
}
trap stop HUP INT TERM

# The unit cannot write to the job's directory. It sends its packages through standard output and its messages through
# standard error. systemd-run exits with 1 if it cannot start a unit, so a failed build exits with 10.
# shellcheck disable=SC2016 # Expanded there.
script='
    mkdir tmp out || exit 75
    cp -R "$1/recipe" "$1/source" . || exit 75
    exec 3<&0 < /dev/null
    xargs -0 "$2" < "$1/job.args" >&2 &
    build=$!
    { cat <&3 > /dev/null; kill "$build"; } &
    status=0
    wait "$build" || status=$?
    if [ "$status" -ne 0 ] &&
        grep -qs "^oom_kill [1-9]" "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.events"; then
        echo "the job needed more memory than its limit" >&2
        status=123
    fi
    case $status in
        0) ;;
        123) exit 10 ;;
        *) exit 75 ;;
    esac
    while read -r name; do
        wc -c < "out/$name" || exit 75
        cat "out/$name" || exit 75
    done < "$1/job.packages"'
status=0
"${PEIPKG_SYSTEMD_RUN:-systemd-run}" "$@" /bin/sh -c "$script" sh "/run/$unit" "$build" < lifeline 7>&- > job.output ||
    status=$?
case $status in
    0) ;;
    10) exit 1 ;;
    *) trouble "the unit $unit ended with status $status" ;;
esac

# Each package follows a line with its size. It gets the name that was ordered.
exec 6< job.output
while read -r name <&5; do
    read -r size <&6 || trouble "the unit's output ends before $name"
    case $size in '' | *[!0-9]* | ???????????*) trouble "the unit's output is not as agreed" ;; esac
    head -c "$size" <&6 > "out/$name"
    [ "$(wc -c < "out/$name")" -eq "$size" ] || trouble "the unit's output ends within $name"
done 5< job.packages
rm -f job.output
