#!/usr/bin/env bash
# The life of the Debian package on a machine of its own, as root and without a running systemd: dpkg -i, one edited file,
# a farm that runs; an upgrade in the middle of a build; removal; purge.
# In /given lie first.deb, second.deb (a later version of it) and the sample hello.
set -euo pipefail

fail() {
    printf 'life: FAILED: %s\n' "$*"
    [ ! -e /tmp/manager.log ] || tail -n 20 /tmp/manager.log
    exit 1
}

# As the unit would have it.
start() {
    : > /tmp/manager.log
    setpriv --reuid=peipkg --regid=peipkg --init-groups env -i HOME=/var/lib/peipkg-manager PATH=/usr/bin:/bin \
        /usr/bin/peipkg-manager > /tmp/manager.log 2>&1 &
    manager=$!
}

wait_for() {
    for _ in $(seq 600); do
        if grep -qF "$1" /tmp/manager.log; then return; fi
        kill -0 "$manager" 2> /dev/null || break
        sleep 0.1
    done
    fail "no $1"
}

dpkg -i /given/first.deb
[ "$(stat -c '%U %a' /var/lib/peipkg-manager)" = "peipkg 750" ] || fail "the state directory"
[ "$(stat -c '%U %a' /etc/peipkg-manager/signing-key.pem)" = "peipkg 600" ] || fail "the signing key"
grep -q '^peipkg:.*:/var/lib/peipkg-manager:/usr/sbin/nologin$' /etc/passwd || fail "the user"
[ -L /etc/systemd/system/multi-user.target.wants/peipkg-manager.service ] || fail "the service is not enabled"
fingerprint=$(peipkg-repo fingerprint /etc/peipkg-manager/signing-key.pem)

# Before the file is edited the manager says what is missing, and ends for good.
status=0
setpriv --reuid=peipkg --regid=peipkg --init-groups /usr/bin/peipkg-manager > /tmp/refused 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "an unedited file ends the manager with $status"
for key in id name; do
    grep -q "needs $key" /tmp/refused || fail "an unedited file: $(cat /tmp/refused)"
done

# The one file, and a recipe. A chroot allows no user namespaces.
sed -i -e 's/^#id = .*/id = "farm-1"/' -e 's/^#name = .*/name = "demo"/' -e 's/^addr = .*/addr = "127.0.0.1:0"/' \
    -e 's/^sandbox = true/sandbox = false/' /etc/peipkg-manager/config.toml
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=U GIT_AUTHOR_EMAIL=u@x.org GIT_COMMITTER_NAME=U GIT_COMMITTER_EMAIL=u@x.org
cp -R /given/hello/source /srv/hello
git -C /srv/hello init -q -b main
git -C /srv/hello add -A
git -C /srv/hello commit -q -m "Release 0.1"
git -C /srv/hello tag v0.1
cp -R /given/hello/recipe /etc/peipkg-manager/recipes/hello
sed -i 's|^git = .*|git = "file:///srv/hello"|' /etc/peipkg-manager/recipes/hello/peipkg.toml
start
wait_for 'msg="build + publish complete" recipe=hello'
peipkg-repo verify --repo /var/lib/peipkg-manager/repo

# A build under way, and an upgrade over it: the build ends well, the edited file stays.
printf '%s\n' 'while [ ! -e /tmp/go ]; do sleep 0.1; done' >> /etc/peipkg-manager/recipes/hello/build.sh
sed -i 's/^peios_revision = .*/peios_revision = 2/' /etc/peipkg-manager/recipes/hello/peipkg.toml
git -C /srv/hello tag v0.2
kill -TERM "$manager"
wait "$manager" || fail "the manager did not drain"
start
wait_for 'msg="starting build" recipe=hello'
dpkg -i /given/second.deb
[ "$(dpkg-query -W -f '${Version}' peipkg)" = 99.0 ] || fail "it was not upgraded"
grep -q '^id = "farm-1"' /etc/peipkg-manager/config.toml || fail "the edited file was replaced"
[ "$(peipkg-repo fingerprint /etc/peipkg-manager/signing-key.pem)" = "$fingerprint" ] || fail "the key was replaced"
kill -0 "$manager" || fail "the upgrade ended the manager"
kill -TERM "$manager"
touch /tmp/go
wait "$manager" || fail "the manager did not drain after the upgrade"
grep -q 'msg="build + publish complete" recipe=hello' /tmp/manager.log || fail "the build was lost"
peipkg-repo verify --repo /var/lib/peipkg-manager/repo
start
wait_for 'msg="webhook server listening"'
kill -TERM "$manager"
wait "$manager" || fail "the new version does not run on the old state"

dpkg -r peipkg
[ ! -e /usr/bin/peipkg-manager ] || fail "a program is left"
[ -e /var/lib/peipkg-manager/repo/repo.json ] || fail "removing took the repository"
[ -e /etc/peipkg-manager/signing-key.pem ] || fail "removing took the key"
dpkg -P peipkg
left=$(find /var/lib/peipkg-manager /etc/peipkg-manager /etc/systemd/system/multi-user.target.wants/peipkg-manager.service \
    ! -path '/etc/peipkg-manager/recipes*' ! -path /etc/peipkg-manager 2> /dev/null || true)
[ -z "$left" ] || fail "after purging there is still $left"
[ -e /etc/peipkg-manager/recipes/hello/peipkg.toml ] || fail "purging took the operator's recipes"
echo "life: all of it"
