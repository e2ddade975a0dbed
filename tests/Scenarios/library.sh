# shellcheck shell=bash
# What the scenarios share. run.sh loads it before each of them.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
samples=$root/samples
PATH=$(dirname "$PEIPKG_BUILD"):$(dirname "$PEIPKG_REPO"):$(dirname "$PEIPKG_MANAGER"):$PATH
unset SOURCE_DATE_EPOCH
when=2026-05-01T12:00:00Z

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

skip() {
    printf '%s\n' "$*"
    exit 77
}

assert_equal() {
    [ "$1" = "$2" ] || fail "$(printf '%s\n  expected: %s\n  actual:   %s' "${3:-not equal}" "$1" "$2")"
}

assert_contains() {
    case $2 in
        *"$1"*) ;;
        *) fail "$(printf 'expected to find\n  %s\nin\n%s' "$1" "$2")" ;;
    esac
}

# run COMMAND...: never fails; leaves $status, $out and $err.
run() {
    status=0
    "$@" > "$TMPDIR/out" 2> "$TMPDIR/err" || status=$?
    out=$(cat "$TMPDIR/out")
    err=$(cat "$TMPDIR/err")
}

expect_exit() {
    local expected=$1
    shift
    run "$@"
    [ "$status" -eq "$expected" ] ||
        fail "$(printf 'expected exit code %s, got %s from: %s\nstdout: %s\nstderr: %s' "$expected" "$status" "$*" "$out" "$err")"
}

# made_once PLACE COMMAND...: PLACE is made by the command, which gets a path to make it at as its last word, once for the
# whole run. Scenarios may run side by side.
made_once() {
    (
        flock 8
        if [ ! -e "$1" ]; then
            "${@:2}" "$TMPDIR/made"
            mv "$TMPDIR/made" "$1"
        fi
    ) 8>> "$1.lock"
}

# The key that every scenario signs with.
make_keys() {
    mkdir "$1"
    (umask 077 && openssl genpkey -algorithm ed25519 -out "$1/key.pem")
    openssl pkey -in "$1/key.pem" -pubout -out "$1/key.pub"
}
made_once "$PEIPKG_SHARED/keys" make_keys
key=$PEIPKG_SHARED/keys/key.pem
public_key=$PEIPKG_SHARED/keys/key.pub
fingerprint=$(openssl pkey -pubin -in "$public_key" -outform DER | tail -c 32 | sha256sum | cut -c 1-64)

sample_version() {
    case $1 in
        hello) echo 0.1-1 ;;
        libgreet) echo 1.0.0-1 ;;
        notes) echo 1.0-1 ;;
    esac
}

# build_sample NAME OUT [ROOT OF SAMPLES]: leaves the packages in OUT.
build_sample() {
    local from=${3:-$samples}
    peipkg-build build --recipe "$from/$1/recipe/peipkg.toml" --source "$from/$1/source" \
        --version "$(sample_version "$1")" --source-ref "test://$1" --farm-id test-farm \
        --timestamp "$when" --out "$2" --sign-key "$key" > "$TMPDIR/build.log" 2>&1 ||
        fail "building $1: $(cat "$TMPDIR/build.log")"
}

build_samples() {
    local name
    for name in hello libgreet notes; do build_sample "$name" "$@"; done
}

# Sets $packages to a directory with the samples' packages.
use_sample_packages() {
    packages=$PEIPKG_SHARED/packages
    made_once "$packages" build_samples
}

make_sample_repository() {
    peipkg-repo init --name test-repo --description "For tests" --sign-key "$key" --timestamp "$when" --out "$1"
    peipkg-repo publish --in "$1" --new "$packages" --sign-key "$key" --timestamp 2026-05-01T12:00:01Z --out "$1"
}

# Sets $repository to a copy, for this scenario alone, of a repository that holds the samples' packages.
use_sample_repository() {
    use_sample_packages
    made_once "$PEIPKG_SHARED/repository" make_sample_repository
    repository=$TMPDIR/the-repository
    cp -a "$PEIPKG_SHARED/repository" "$repository"
}

# small_farm: a farm in ./farm with the sample hello alone and one upstream tag.
small_farm() {
    mkdir -p farm/upstream farm/recipes
    cp -R "$samples/hello/source" farm/upstream/hello
    export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=U GIT_AUTHOR_EMAIL=u@example.org GIT_COMMITTER_NAME=U GIT_COMMITTER_EMAIL=u@example.org
    git -C farm/upstream/hello init -q -b main
    git -C farm/upstream/hello add -A
    GIT_COMMITTER_DATE="1777636800 +0200" git -C farm/upstream/hello commit -q -m "Release 0.1"
    git -C farm/upstream/hello tag v0.1
    cp -R "$samples/hello/recipe" farm/recipes/hello
    sed -i "s|^git = .*|git = \"file://$PWD/farm/upstream/hello\"|" farm/recipes/hello/peipkg.toml
    cat > farm/config.toml <<TOML
[manager]
id = "test-farm"
recipes_dir = "$PWD/farm/recipes"
state_dir = "$PWD/farm/state"
[repo]
name = "test-repo"
[signing]
key_file = "$key"
[poll]
default_interval = "1h"
TOML
}

# once: lets the farm's manager do all there is to do.
once() {
    run peipkg-manager --config farm/config.toml --once
    [ "$status" -eq 0 ] || fail "exit code $status: $err"
}

# serve DIRECTORY: serves it until the scenario ends; sets $base to the URL.
# shellcheck disable=SC2034
serve() {
    local port
    for port in $(seq "$((20000 + RANDOM % 20000))" 60000); do
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && continue
        busybox httpd -f -p "127.0.0.1:$port" -h "$1" &
        server=$!
        trap 'kill "$server"' EXIT
        for _ in $(seq 50); do
            kill -0 "$server" 2> /dev/null || break
            if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
                base=http://127.0.0.1:$port
                return
            fi
            sleep 0.1
        done
    done
    fail "no free port"
}

# openssl_verifies DIGEST ENVELOPE: whether the envelope signs the 32 bytes in the file DIGEST, by openssl alone.
openssl_verifies() {
    local encoded
    assert_equal "$fingerprint" "$(jq -r .key_fingerprint "$2")" "the envelope names another key"
    encoded=$(jq -r .signature "$2")
    while [ $((${#encoded} % 4)) -ne 0 ]; do encoded=$encoded=; done
    printf '%s' "$encoded" | base64 -d > "$TMPDIR/signature"
    openssl pkeyutl -verify -pubin -inkey "$public_key" -rawin -in "$1" -sigfile "$TMPDIR/signature"
}

# write_manifest NAME [VERSION]: a manifest for `pack`, with nothing but what is required.
write_manifest() {
    jq -n -c --arg name "$1" --arg version "${2:-1.0-1}" --arg when "$when" '{
        schema_version: 1, name: $name, version: $version, architecture: "noarch",
        description: "", license: "MIT", homepage: "", dependencies: [], optional_dependencies: [],
        conflicts: [], provides: [], replaces: [], side_effects: [], size_installed: 0, sd_overrides: [],
        build: { timestamp: $when, farm_id: "test-farm", source_ref: "test://pack" } }'
}

# running TEXT: the ids of the processes, other than this scenario's shell, whose command line holds TEXT.
running() {
    local entry id command
    for entry in /proc/[0-9]*/cmdline; do
        id=${entry#/proc/} id=${id%/cmdline}
        command=$(tr '\0' ' ' 2> /dev/null < "$entry") || continue
        case $command in *"$1"*) [ "$id" = "$$" ] || printf '%s %s\n' "$id" "$command" ;; esac
    done
}
