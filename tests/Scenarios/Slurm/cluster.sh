# shellcheck shell=bash
# A Slurm cluster of two nodes on this machine, with a munged of its own. w1 says that it is x86_64, w2 that it is aarch64.

# start_cluster DIRECTORY: starts it and sets SLURM_CONF; stop_cluster ends it.
start_cluster() {
    cluster=$1
    local port host user
    host=$(hostname -s)
    user=$(id -un)
    mkdir -p "$cluster" "$cluster/state" "$cluster/spool-w1" "$cluster/spool-w2"
    (umask 077 && head -c 1024 /dev/urandom > "$cluster/munge.key")
    munged --force --key-file="$cluster/munge.key" --socket="$cluster/munge.sock" --pid-file="$cluster/munged.pid" \
        --log-file="$cluster/munged.log" --seed-file="$cluster/munge.seed" > "$cluster/munged.out" 2>&1 ||
        fail "munged: $(cat "$cluster/munged.out" "$cluster/munged.log")"
    export SLURM_CONF=$cluster/slurm.conf
    for _ in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 12000))
        cat > "$SLURM_CONF" << CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
AuthInfo=socket=$cluster/munge.sock
SlurmUser=$user
SlurmdUser=$user
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool-%n
SlurmdPidFile=$cluster/slurmd-%n.pid
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdLogFile=$cluster/slurmd-%n.log
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
MpiDefault=none
ReturnToService=2
NodeName=w1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=4 RealMemory=4000 Features=x86_64
NodeName=w2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=4 RealMemory=4000 Features=aarch64
PartitionName=build Nodes=w1,w2 Default=YES State=UP DefMemPerNode=500
CONF
        if slurmctld && slurmd -N w1 && slurmd -N w2; then
            for _ in $(seq 150); do
                [ "$(sinfo -h -N -o %T 2> /dev/null | grep -c idle)" = 2 ] && return
                sleep 0.2
            done
        fi
        stop_slurm
    done
    fail "Slurm does not start: $(tail -n 20 "$cluster"/*.log)"
}

stop_slurm() {
    local pid
    for pid in "$cluster"/slurm*.pid; do
        [ ! -s "$pid" ] || kill "$(cat "$pid")" 2> /dev/null || true
    done
}

stop_cluster() {
    stop_slurm
    [ ! -s "$cluster/munged.pid" ] || kill "$(cat "$cluster/munged.pid")" 2> /dev/null || true
}
