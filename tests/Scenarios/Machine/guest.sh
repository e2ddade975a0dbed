# shellcheck shell=bash disable=SC2034
# What the scripts in the machine share; /given/guest.sh there. Whatever fails is told with the end of the manager's
# journal, and the machine is turned off.
set -E
line=0
trap 'line="${BASH_LINENO[*]} $LINENO"' ERR
trap failed EXIT

failed() {
    echo "machine: FAILED in line $line"
    journalctl -u peipkg-manager -u "peipkg-job-*" -b --no-pager -n 60 -o short-monotonic
    off
}

off() {
    sync
    systemctl --force --force poweroff
}

finished() {
    trap - EXIT
    echo "machine: all of it"
    off
}

export HOME=/root GIT_AUTHOR_NAME=U GIT_AUTHOR_EMAIL=u@x.org GIT_COMMITTER_NAME=U GIT_COMMITTER_EMAIL=u@x.org
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
# shellcheck disable=SC2120 # others pass options
journal() {
    journalctl -u "$unit" --since="$mark" -o cat --no-pager "$@"
}

said() {
    # shellcheck disable=SC2119 # everything that was said
    journal | grep -F -- "$1"
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

# edit_configuration: the one file that an operator must edit.
edit_configuration() {
    sed -i -e 's/^#id = .*/id = "farm-1"/' -e 's/^#name = .*/name = "demo"/' "$etc/config.toml"
}
