# shellcheck shell=bash disable=SC2154
# A farm whose pool is a Slurm cluster.

# slurm_farm: the cluster, and a farm whose only pool is on it.
slurm_farm() {
    # shellcheck source=.ci/common.sh
    . "$root/.ci/common.sh"
    install_missing apt.log /usr/sbin/slurmctld=slurmctld /usr/sbin/slurmd=slurmd srun=slurm-client /usr/sbin/munged=munge
    # shellcheck source=tests/Scenarios/Slurm/cluster.sh
    . "$root/tests/Scenarios/Slurm/cluster.sh"
    start_cluster "$PWD/cluster"
    trap stop_cluster EXIT
    small_farm
    export PEIPKG_REMOTE_BUILD=$PEIPKG_BUILD
    cat >> farm/config.toml << TOML
[[pool]]
name = "cluster"
launcher = ["$samples/farm/launchers/slurm.sh", "{workdir}", "--constraint={architecture}"]
slots = 4
queue = "5m"
environment = ["SLURM_CONF", "PEIPKG_REMOTE_BUILD"]
TOML
}

long_slurm_builds_each_architecture_where_it_belongs_and_leaves_nothing_there() {
    slurm_farm
    cp -R farm/recipes/hello farm/recipes/arm
    sed -i 's/name = "hello"/name = "arm"/; s/"noarch"/"aarch64"/' farm/recipes/arm/peipkg.toml
    once
    peipkg-repo verify --repo farm/state/repo
    [ -e farm/state/repo/p/arm/0.1-1/arm_0.1-1_aarch64.peipkg ] || fail "arm: $err $(cat farm/state/logs/*.log)"
    assert_equal 1 "$(grep -l 'building arm ' farm/state/logs/*.log | xargs grep -c 'runs on w2')"
    assert_equal 1 "$(grep -l 'building hello ' farm/state/logs/*.log | xargs grep -c 'runs on w1')"
    assert_equal "" "$(find /tmp -maxdepth 1 -name 'peipkg-job.*' -newer cluster/slurm.conf)"
}

long_what_slurm_kills_for_its_memory_is_the_recipes_fault_and_a_cluster_that_is_away_is_nobodys() {
    slurm_farm
    # shellcheck disable=SC2016
    printf '%s\n' 'all=$(head -c 300000000 /dev/zero | tr "\0" a); sleep 60; echo ${#all}' >> farm/recipes/hello/build.sh
    printf '[limits]\nmemory = "100MiB"\n' >> farm/config.toml
    once
    assert_contains 'cause=recipe' "$err"
    rm -rf farm/state
    stop_slurm
    once
    assert_contains 'msg="pool is down, its builds go to others or wait" pool=cluster' "$err"
    case $err in *'msg="build failed"'*) fail "the build was blamed: $err" ;; esac
}
