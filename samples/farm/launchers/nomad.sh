#!/bin/sh
# Runs a job of peipkg-manager on a Nomad cluster, as docs/launchers.md describes: dispatches peipkg-build.nomad.hcl and
# waits until it ends.
#
#   launcher = ["/opt/peipkg/launchers/nomad.sh", "{workdir}", "/srv/peipkg-jobs"]
#
# The last word is the directory that all clients share. NOMAD_ADDR, NOMAD_TOKEN and similar variables come from the
# manager's environment. Needs nomad and jq.
set -eu

trouble() {
    printf 'nomad launcher: %s\n' "$1" >&2
    exit 75
}

[ $# -eq 2 ] || trouble "usage: nomad.sh JOB-DIRECTORY SHARED-DIRECTORY"
cd -- "$1" || trouble "there is no job directory $1"
job=$PWD
shared=$(mktemp -d "$2/job.XXXXXXXXXX") || trouble "cannot make a directory in $2"
dispatched=

clean() {
    [ -z "$dispatched" ] || nomad job stop -purge -yes "$dispatched" > /dev/null 2>&1 || true
    chmod -R u+rwX "$shared"
    rm -rf "$shared"
}
trap clean EXIT
trap 'exit 75' HUP INT TERM

if ! { cp -R job.args job.packages recipe source "$shared" && mkdir "$shared/out"; }; then
    trouble "cannot copy the job to $shared"
fi

# Tasks run as a user of the clients. The directory's name cannot be guessed, and its parent need not be readable.
chmod 0711 "$shared"
chmod -R a+rX "$shared/job.args" "$shared/job.packages" "$shared/recipe" "$shared/source"
chmod 0733 "$shared/out"

dispatched=$(nomad job dispatch -detach -meta "job=${shared##*/}" peipkg-build |
    sed -n 's/^Dispatched Job ID *= *//p')
[ -n "$dispatched" ] || trouble "the job was not dispatched"

allocation=
state=
while :; do
    found=$(nomad job allocs -json "$dispatched" | jq -r '.[0] // empty | "\(.ID) \(.ClientStatus) \(.TaskStates.build.Events // [] | map(select(.Type == "Terminated")) | last | .ExitCode // "")"') ||
        trouble "Nomad does not answer"
    allocation=${found%% *}
    rest=${found#* }
    state=${rest%% *}
    status=${rest#* }
    case $state in
        complete | failed | lost) break ;;
    esac
    # The manager stops a build that is silent for too long. Waiting for a place in the cluster must not count as silence.
    printf 'nomad launcher: %s\n' "${state:-waiting for a place}"
    sleep 5
done
nomad alloc logs "$allocation" build || true
nomad alloc logs -stderr "$allocation" build >&2 || true
case $state/$status in
    complete/0) ;;
    */1) exit 1 ;;
    *) trouble "the task ended $state (status ${status:-unknown})" ;;
esac

# A worker could have left a link or a device under an expected name.
while read -r name <&5; do
    if [ ! -f "$shared/out/$name" ] || [ -L "$shared/out/$name" ]; then
        trouble "$name is missing, or is no regular file"
    fi
    cp -P "$shared/out/$name" "$job/out/$name" || trouble "cannot fetch $name"
done 5< job.packages
