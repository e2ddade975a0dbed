#!/usr/bin/env bash
# In the machine, as root: the Debian package under a running systemd, the way an operator meets it.
# shellcheck disable=SC2016 # What builds run is for their shells to expand.
set -euo pipefail
# shellcheck source=tests/Scenarios/Machine/guest.sh
. /given/guest.sh

mark
dpkg -i /given/first.deb
[ "$(systemctl is-enabled "$unit")" = enabled ]
[ "$(property ActiveState)" = inactive ] || fail "it started before its file was edited"
systemctl start "$unit" 2> /dev/null && fail "it starts with an unedited file"
sleep 1
[ "$(property ExecMainStatus)" = 2 ]
[ "$(property NRestarts)" = 0 ] || fail "systemd tries an unedited file again and again"
passed "installed and enabled, and an unedited file is told once"

edit_configuration
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
recipe busy 1.0 'perl -e "fork; fork; fork; my \$e = time + 6; 1 while time < \$e; exit 0"; wait; sleep 3; cat /sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/cpu.stat; cat /sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/cpu.max'
printf '%s\n' '[limits]' 'cpus = 1' >> "$recipes/busy/peipkg.toml"
mark
systemctl reload "$unit"
eventually "the end of the glutton" said "needed more than 200 MiB of memory and was stopped"
eventually "the end of the storm" said "had more than 50 processes and threads and was stopped"
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
printf '%s\n' '[Service]' 'WatchdogSec=10s' 'RestartSec=1s' > /run/systemd/system/"$unit".d/watchdog.conf
systemctl daemon-reload
recipe slow 1.0 'while [ ! -e /srv/go ]; do sleep 0.1; done'
mark
systemctl restart "$unit"
eventually "the slow build" said 'msg="starting build" recipe=slow'
sleep 15
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

dpkg -r peipkg
[ "$(systemctl is-active "$unit" || true)" != active ] || fail "it runs after its removal"
[ -e "$state/repo/repo.json" ]
dpkg -P peipkg
[ ! -e "$state" ] || [ -z "$(ls -A "$state")" ]
[ -e "$recipes/hello/peipkg.toml" ]
passed "removed and purged, the operator's recipes stay"

finished
