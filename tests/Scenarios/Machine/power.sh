#!/usr/bin/env bash
# In the machine, as root: a farm builds and publishes, an operator packs and publishes by hand, and the power is cut at
# any moment: the kernel resets without writing what it still holds. After each start everything there is must verify, and
# in the end everything must be there once.
# In /given lie first.deb, the sample hello and the number of cuts.
# shellcheck disable=SC2016 # What builds run is for their shells to expand.
set -euo pipefail
# shellcheck source=tests/Scenarios/Machine/guest.sh
. /given/guest.sh
trap 'cat /run/by-hand; failed' EXIT
: > /run/by-hand

here=/var/lib/power
each=4
names=(one two three)

cuts=$(cat /given/cuts)
mkdir -p "$here"
cut=$(cat "$here/cut" 2> /dev/null || echo 0)

# keep NAME NUMBER: over the cut.
keep() {
    echo "$2" > "$here/$1.new"
    sync "$here/$1.new"
    mv "$here/$1.new" "$here/$1"
    sync "$here"
}

# The upstreams are the same after each start, with a few tags more: it is not their disk that is tried here.
for name in "${names[@]}"; do
    git init -q -b main "/run/git/$name"
    for ((tag = 1; tag <= each * (cut + 1); tag++)); do
        printf '%s\n' "$name $tag" > "/run/git/$name/MESSAGE"
        mkdir -p "/run/git/$name/usr/share/$name"
        seq $((tag * 500)) > "/run/git/$name/usr/share/$name/numbers"
        git -C "/run/git/$name" add -A
        GIT_AUTHOR_DATE="2026-01-01T00:00:$((tag % 60))Z" GIT_COMMITTER_DATE="2026-01-01T00:00:$((tag % 60))Z" \
            git -C "/run/git/$name" commit -q -m "$tag"
        git -C "/run/git/$name" tag "v0.$tag"
    done
done

if [ ! -e "$here/ready" ]; then
    dpkg -i /given/first.deb
    edit_configuration
    systemctl disable "$unit"
    mkdir -p "$here/out"
    sed -i 's/^sandbox = true/&\nparallel = 2/' "$etc/config.toml"
    for name in "${names[@]}"; do
        cp -R /given/hello/recipe "$recipes/$name"
        sed -i -e "s|^git = .*|git = \"file:///run/git/$name\"|" -e "s/^name = .*/name = \"$name\"/" \
            -e "s|usr/share/hello/MESSAGE|usr/share/$name/**|" "$recipes/$name/peipkg.toml"
        printf '%s\n' '#!/bin/sh' 'set -eu' 'cp -R "$SOURCE_DIR/usr" "$DESTDIR/"' > "$recipes/$name/build.sh"
    done
    peipkg-repo keygen --out "$here/key.pem"
    peipkg-repo init --name hand --sign-key "$here/key.pem" --timestamp "$(date -u +%FT%TZ)" --out "$here/repo"
    touch "$here/ready"
    sync
fi

# versions REPOSITORY: how many it has, superseded ones too.
versions() {
    peipkg-repo list --repo "$1" --all --json | { grep -o '"version"' || true; } | wc -l
}

# What there is after the power came back, before anything of ours has run again.
kept=0
for repository in "$state/repo" "$here/repo"; do
    [ -e "$repository/repo.json" ] || continue
    peipkg-repo verify --repo "$repository"
    kept=$((kept + $(versions "$repository")))
done
[ "$kept" -ge "$(cat "$here/kept" 2> /dev/null || echo 0)" ] || fail "what had been published is gone"
keep kept "$kept"
# A package is there whole or not at all, whatever had just been written.
for file in "$here"/out/*.peipkg; do
    [ ! -e "$file" ] || peipkg-build verify "$file" > /dev/null
done
passed "after cut $cut: $kept packages published, $(find "$here/out" -name '*.peipkg' | wc -l) packed"

# By hand: pack, and publish what was packed, again and again.
by_hand() {
    local i=0
    while [ -e "$here/out/hand_1.$i-1_noarch.peipkg" ]; do i=$((i + 1)); done
    for (( ; ; i++)); do
        rm -rf /run/payload
        mkdir -p /run/payload/usr/share/hand
        seq $((i % 97 * 300)) > /run/payload/usr/share/hand/numbers
        cat > /run/manifest.json << END
{"schema_version":1,"name":"hand","version":"1.$i-1","architecture":"noarch","description":"For tests","license":"MIT","homepage":"",
"dependencies":[],"optional_dependencies":[],"conflicts":[],"provides":[],"replaces":[],"side_effects":[],"size_installed":0,
"sd_overrides":[],"build":{"timestamp":"2026-05-01T00:00:00Z","farm_id":"hand","source_ref":"test://hand"}}
END
        peipkg-build pack --quiet --manifest /run/manifest.json --staged /run/payload --sign-key "$here/key.pem" \
            --out "$here/out/hand_1.$i-1_noarch.peipkg"
        peipkg-repo publish --quiet --in "$here/repo" --out "$here/repo" --sign-key "$here/key.pem" \
            --timestamp "$(date -u +%FT%TZ)" --new "$here/out" --skip-existing
    done
}

# A start repairs what the cut left, and goes on.
systemctl start "$unit"
if [ "$cut" -lt "$cuts" ]; then
    keep cut $((cut + 1))
    by_hand > /dev/null 2> /run/by-hand &
    sleep "$((RANDOM % 20)).$((RANDOM % 1000))"
    [ ! -s /run/by-hand ] || fail "what is done by hand fails"
    restarted 0
    trap - EXIT
    echo b > /proc/sysrq-trigger
    sleep 60
fi

expected=$((each * (cuts + 1) * ${#names[@]}))
for ((i = 0; i < 1200; i++)); do
    [ "$(versions "$state/repo")" -lt "$expected" ] || break
    sleep 1
done
[ "$(versions "$state/repo")" = "$expected" ] || fail "$(versions "$state/repo") versions of $expected"
sleep 3
peipkg-repo verify --repo "$state/repo"
runuser -u peipkg -- peipkg-manager status
json=$(runuser -u peipkg -- peipkg-manager status --json | tr -d ' \n')
case $json in *'"running":[]'*) ;; *) fail "builds seem to run: $json" ;; esac
case $json in *'"queue":[]'*) ;; *) fail "builds seem to wait: $json" ;; esac
peipkg-repo publish --in "$here/repo" --out "$here/repo" --sign-key "$here/key.pem" --timestamp "$(date -u +%FT%TZ)" --new "$here/out" --skip-existing
peipkg-repo verify --repo "$here/repo"
[ "$(versions "$here/repo")" = "$(find "$here/out" -name '*.peipkg' | wc -l)" ]
# A repository clears up after a cut; where packages are made an unfinished one stays, under a hidden name.
left=$(find "$state/repo" "$here/repo" -name '.*' ! -name . ! -name .. ! -path '*/.peipkg*')
[ -z "$left" ] || fail "left behind: $left"
passed "after $cuts cuts all $expected versions are published once"

finished
