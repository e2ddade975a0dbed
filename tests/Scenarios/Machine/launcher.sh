#!/usr/bin/env bash
# In the machine, as root: the launcher that makes transient units, used by the service's unprivileged user.
# shellcheck disable=SC2016 # What builds run is for their shells to expand.
set -euo pipefail
# shellcheck source=tests/Scenarios/Machine/guest.sh
. /given/guest.sh

dpkg -i /given/first.deb
edit_configuration
mkdir -p /run/systemd/system/"$unit".d
printf '%s\n' '[Service]' 'RestartSec=1s' > /run/systemd/system/"$unit".d/restart.conf
systemctl daemon-reload

units() {
    systemctl list-units --no-legend --plain "$@" 'peipkg-job-*'
}

one_unit() {
    [ "$(units --state=running | wc -l)" = 1 ]
}

no_unit() {
    [ -z "$(units)" ]
}

install -d /opt/peipkg/launchers
install -m 755 /given/launchers/systemd-run.sh /opt/peipkg/launchers
sed -i 's|^sandbox = true|launcher = ["/opt/peipkg/launchers/systemd-run.sh", "{workdir}"]|' "$etc/config.toml"
printf '%s\n' '[limits]' 'memory = "300MiB"' 'time = "30s"' >> "$etc/config.toml"
recipe near 1.0
mark
systemctl restart "$unit"
eventually "a refusal" said 'msg="build failed" recipe=near version=1.0-1 cause=infrastructure'
cp /given/50-peipkg.rules /etc/polkit-1/rules.d
systemctl restart polkit
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
eventually "the eager one's end" said 'the job needed more memory than its limit'
eventually "the endless one's end" said 'msg="build failed" recipe=endless'
eventually "the end of the units" no_unit
left=$(find /var/lib/private /var/tmp /tmp -name '*peipkg-job-*' 2> /dev/null || true)
[ -z "$left" ] || fail "units left $left"
peipkg-repo verify --repo "$state/repo"
runuser -u peipkg -- peipkg-manager history --json
passed "a transient unit builds, unprivileged, without network, within its limits, and leaves nothing"

rm -r "$recipes/eager" "$recipes/endless"

# Whoever is killed, the unit goes too; who drains waits for it.
recipe linger 1.0 'while [ ! -e /srv/go ]; do sleep 0.1; done'
mark
systemctl reload "$unit"
eventually "a unit" one_unit
former=$(units)
kill -KILL "$(property MainPID)"
eventually "a restart" restarted 1
eventually "the build again" said 'msg="work of the last run taken up again"'
eventually "its unit" one_unit
[ "$(units)" != "$former" ] || fail "the unit outlived its manager: $former"
systemctl --no-block stop "$unit"
sleep 3
one_unit || fail "a draining manager does not wait for its unit"
systemctl kill --kill-whom=main "$unit"
eventually "the unit's end" no_unit
mark
systemctl start "$unit"
eventually "its unit once more" one_unit
systemctl --no-block stop "$unit"
touch /srv/go
eventually "the package of a draining manager" published linger
passed "a killed and a stopped manager take their transient units along, a draining one waits"

finished
