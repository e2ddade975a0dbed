#!/usr/bin/env bash
# In the machine, as root: the Debian package under a running systemd, the way an operator meets it.
# In /given lie first.deb, second.deb (a later version of it), the sample hello, the launchers and the rule of
# polkit that their page prints.
# shellcheck disable=SC2016 # What builds run is for their shells to expand.
set -Eeuo pipefail
line=0
trap 'line="${BASH_LINENO[*]} $LINENO"' ERR
trap 'echo "machine: FAILED in line $line"; journalctl -u peipkg-manager --no-pager -n 60 -o short-monotonic; sync; systemctl --force --force poweroff' EXIT

state=/var/lib/peipkg-manager
etc=/etc/peipkg-manager
unit=peipkg-manager.service
recipes=$etc/recipes

passed() {
    printf 'ok %s\n' "$*"
}

fail() {
    printf 'machine: %s\n' "$*"
    false
}

# eventually WHAT COMMAND...: within three minutes.
eventually() {
    local what=$1
    shift
    local end=$((SECONDS + 180))
    while [ "$SECONDS" -lt "$end" ]; do
        if "$@" > /dev/null 2>&1; then return; fi
        sleep 0.2
    done
    fail "$what did not come"
}

property() {
    systemctl show -P "$1" "$unit"
}

# journal OPTION...: what the manager has said since the mark. (--after-cursor with a filter loses the first that passes.)
journal() {
    journalctl -u "$unit" --since="$mark" -o cat --no-pager "$@"
}

said() {
    journal | grep -F -- "$1"
}

times() {
    journal | grep -cF -- "$1" || true
}

mark() {
    sleep 1.1
    mark=$(date '+%F %T')
}

restarted() {
    [ "$(property NRestarts)" = "$1" ]
}

# one_script RECIPE: one build script of it is at work, and not two.
one_script() {
    [ "$(pgrep -fc "^/bin/sh .*/$1/build\\.sh" || true)" = 1 ]
}

published() {
    peipkg-repo list --repo "$state/repo" --json | grep -F "\"$1\""
}

# recipe NAME VERSION [BUILD-SCRIPT]: an upstream with one tag, and a recipe for it.
recipe() {
    mkdir -p "/srv/git/$1"
    cp -R /given/hello/source/. "/srv/git/$1"
    git -C "/srv/git/$1" init -q -b main
    git -C "/srv/git/$1" add -A
    git -C "/srv/git/$1" commit -q -m Release
    git -C "/srv/git/$1" tag "v$2"
    cp -R /given/hello/recipe "/srv/recipe-$1"
    sed -i -e "s|^git = .*|git = \"file:///srv/git/$1\"|" -e "s/^name = .*/name = \"$1\"/" "/srv/recipe-$1/peipkg.toml"
    [ $# -lt 3 ] || printf '%s\n' "$3" >> "/srv/recipe-$1/build.sh"
    mv "/srv/recipe-$1" "$recipes/$1"
}

mark
export HOME=/root GIT_AUTHOR_NAME=U GIT_AUTHOR_EMAIL=u@x.org GIT_COMMITTER_NAME=U GIT_COMMITTER_EMAIL=u@x.org

dpkg -i /given/first.deb
[ "$(systemctl is-enabled "$unit")" = enabled ]
[ "$(property ActiveState)" = inactive ] || fail "it started before its file was edited"
systemctl start "$unit" 2> /dev/null && fail "it starts with an unedited file"
sleep 1
[ "$(property ExecMainStatus)" = 2 ]
[ "$(property NRestarts)" = 0 ] || fail "systemd tries an unedited file again and again"
passed "installed and enabled, and an unedited file is told once"

sed -i -e 's/^#id = .*/id = "farm-1"/' -e 's/^#name = .*/name = "demo"/' "$etc/config.toml"
recipe hello 0.1
systemctl restart "$unit"
[ "$(property ActiveState)/$(property SubState)" = active/running ]
eventually "the first package" published hello
peipkg-repo verify --repo "$state/repo"
[ "$(stat -c %a "$state")" = 750 ]
[ "$(runuser -u peipkg -- peipkg-manager status --json | head -c 1)" = '{' ]
passed "one edited file and a restart, and the farm publishes"

said "control groups below" || fail "control groups are not in use"
passed "systemd delegates control groups, and builds are kept in them"

# Limits on the whole tree of a build's processes, for real.
recipe glutton 1.0 'perl -e "my @a; for (1..4) { fork or last } while (1) { push @a, \"x\" x 1048576; }"'
printf '%s\n' '[limits]' 'memory = "200MiB"' >> "$recipes/glutton/peipkg.toml"
recipe storm 1.0 'for i in $(seq 200); do sleep 300 & done; wait'
printf '%s\n' '[limits]' 'processes = 50' >> "$recipes/storm/peipkg.toml"
recipe busy 1.0 's=$(date +%s); perl -e "fork; fork; fork; my \$e = time + 6; 1 while time < \$e; exit 0"; wait; sleep 3; cat /sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/cpu.stat; cat /sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/cpu.max'
printf '%s\n' '[limits]' 'cpus = 1' >> "$recipes/busy/peipkg.toml"
mark
systemctl reload "$unit"
eventually "the end of the glutton" said "needed more than 200 MiB of memory and was stopped"
eventually "the end of the storm" said "processes"
eventually "the busy one" published busy
log=$(runuser -u peipkg -- peipkg-manager log busy)
usage=$(sed -n 's/^usage_usec //p' <<< "$log")
grep -q '^100000 100000$' <<< "$log" || fail "no limit on processors: $log"
[ "$(pgrep -c -x sleep || true)" -le 1 ] || fail "the storm left processes"
[ "$(property ActiveState)" = active ]
[ "$(property NRestarts)" = 0 ] || fail "a limit ended the service"
passed "memory, processes and processors of a build are limited by systemd's control groups, and the service lives on ($usage us)"

rm -r "$recipes/glutton" "$recipes/storm" "$recipes/busy"
recipe second 2.0
mkdir "$recipes/broken"
echo 'nonsense' > "$recipes/broken/peipkg.toml"
mark
systemctl reload "$unit"
eventually "the second package" published second
journal -p warning | grep -F broken || fail "a broken recipe is no warning"
journal -p err | grep -F 'second' && fail "a success is an error"
rm -r "$recipes/broken"
passed "reload brings a recipe, a broken one is a warning in the journal"

# A hung manager: systemd notices, ends it and everything of it, and starts it again.
mkdir -p /run/systemd/system/"$unit".d
printf '%s\n' '[Service]' 'WatchdogSec=5s' 'RestartSec=1s' > /run/systemd/system/"$unit".d/watchdog.conf
systemctl daemon-reload
recipe slow 1.0 'while [ ! -e /srv/go ]; do sleep 0.1; done'
mark
systemctl restart "$unit"
eventually "the slow build" said 'msg="starting build" recipe=slow'
sleep 12
[ "$(property NRestarts)" = 0 ] || fail "the watchdog ended a healthy manager"
mark
kill -STOP "$(property MainPID)"
eventually "a restart by the watchdog" restarted 1
eventually "the slow build again" said 'msg="starting build" recipe=slow'
eventually "one script" one_script slow
sleep 3
one_script slow || fail "builds of slow: $(pgrep -fa slow)"
passed "a manager that hangs is restarted by the watchdog and begins the build again"

# A killed one leaves no process of its build behind, and does it again.
mark
kill -KILL "$(property MainPID)"
eventually "a restart after a kill" restarted 2
eventually "the slow build a third time" said 'msg="starting build" recipe=slow'
eventually "one script" one_script slow
sleep 3
one_script slow || fail "builds of slow: $(pgrep -fa slow)"
touch /srv/go
eventually "the slow package" published slow
[ "$(peipkg-repo list --repo "$state/repo" --json | grep -cF '"slow"')" = 1 ]
passed "a manager that is killed is restarted, and the version is published once"
rm /srv/go

# Upgrade over a build that runs.
sed -i 's/^peios_revision = .*/peios_revision = 2/' "$recipes/slow/peipkg.toml"
mark
systemctl reload "$unit"
eventually "the build" said 'msg="starting build" recipe=slow'
before=$(property MainPID)
dpkg -i /given/second.deb
sleep 3
[ "$(property MainPID)" = "$before" ] || fail "the upgrade did not wait for the build"
touch /srv/go
another() {
    local now
    now=$(property MainPID)
    [ "$now" != "$before" ] && [ "$now" != 0 ] && [ "$(property ActiveState)" = active ]
}
eventually "the new version" another
eventually "revision 2" published 1.0-2
grep -q '^id = "farm-1"' "$etc/config.toml"
peipkg-repo verify --repo "$state/repo"
passed "an upgrade lets the build end, then the new version runs on the old state"

# A directory that the unit may not write, then may, as the page about hosting says.
mkdir -p /srv/www/pkgs
chown peipkg:peipkg /srv/www/pkgs
sed -i 's|^backend = "none"|backend = "rsync"\nremote = "/srv/www/pkgs"|' "$etc/config.toml"
mark
systemctl restart "$unit"
eventually "a refused sync" said "Read-only file system"
mkdir -p /etc/systemd/system/"$unit".d
printf '%s\n' '[Service]' 'ReadWritePaths=/srv/www/pkgs' > /etc/systemd/system/"$unit".d/www.conf
systemctl daemon-reload
systemctl restart "$unit"
eventually "a sync" test -e /srv/www/pkgs/repo.json
eventually "its end" peipkg-repo verify --repo /srv/www/pkgs
passed "a directory elsewhere needs ReadWritePaths, and then it is served from there"

some_unit() {
    systemctl list-units --all --no-legend 'peipkg-job-*' | grep -q running
}

no_unit() {
    [ -z "$(systemctl list-units --all --no-legend 'peipkg-job-*')" ]
}

# The launcher that makes transient units, by the manager's unprivileged user.
install -d /opt/peipkg/launchers
install -m 755 /given/launchers/systemd-run.sh /opt/peipkg/launchers
cp /given/50-peipkg.rules /etc/polkit-1/rules.d
systemctl restart polkit
printf '%s\n' '[build]' 'launcher = ["/opt/peipkg/launchers/systemd-run.sh", "{workdir}"]' '[limits]' 'memory = "300MiB"' 'time = "20s"' >> "$etc/config.toml"
recipe far 1.0 'echo "user $(id -u)"; echo "net: $(ls /sys/class/net | tr "\n" " ")"; touch /usr/x || echo "read-only system"; ls -d /etc/peipkg-manager/signing-key.pem; cat /etc/peipkg-manager/signing-key.pem || echo "no key"'
recipe eager 1.0 'perl -e "my @a; push @a, \"x\" x 1048576 while 1"'
recipe endless 1.0 'sleep 1000'
mark
systemctl restart "$unit"
eventually "a package from a transient unit" published far
log=$(runuser -u peipkg -- peipkg-manager log far)
for line in 'user 6[0-9][0-9][0-9][0-9]$' 'read-only system' 'no key'; do
    grep -q "^$line" <<< "$log" || fail "the unit's build says: $log"
done
grep -q '^net: lo $' <<< "$log" || fail "there is a network: $log"
eventually "the eager one's end" said 'the job needed more than its 314572800 bytes of memory'
eventually "the endless one's end" said 'msg="build failed" recipe=endless'
eventually "the end of the units" no_unit
left=$(find /var/lib/private /var/tmp /tmp -name '*peipkg-job-*' 2> /dev/null || true)
[ -z "$left" ] || fail "units left $left"
peipkg-repo verify --repo "$state/repo"
runuser -u peipkg -- peipkg-manager history --json
passed "a transient unit builds, unprivileged, without network, within its limits, and leaves nothing"

# A manager that stops now, and one that is killed with its launcher, take the unit along.
recipe linger 1.0 'sleep 1000'
mark
systemctl reload "$unit"
eventually "a unit" some_unit
kill -KILL "$(property MainPID)"
eventually "a restart" restarted 1
eventually "the build again" said 'msg="work of the last run taken up again"'
eventually "its unit" some_unit
[ "$(systemctl list-units --all --no-legend 'peipkg-job-*' | wc -l)" = 1 ] || fail "the unit outlived its manager"
systemctl --no-block stop "$unit"
sleep 2
systemctl kill --kill-whom=main "$unit"
eventually "the unit's end" no_unit
passed "a killed and a stopped manager take their transient units along"
rm -r "$recipes/linger"

systemctl start "$unit"
dpkg -r peipkg
[ "$(systemctl is-active "$unit" || true)" != active ] || fail "it runs after its removal"
[ -e "$state/repo/repo.json" ]
dpkg -P peipkg
[ ! -e "$state" ] || [ -z "$(ls -A "$state")" ]
[ -e "$recipes/hello/peipkg.toml" ]
passed "removed and purged, the operator's recipes stay"

trap - EXIT
echo "machine: all of it"
sync
systemctl poweroff
