# shellcheck shell=bash disable=SC2154
# A full disk: a clear error, exit code 1, nothing partial, and what was there before is whole.
# Each test mounts a small tmpfs in a mount namespace of its own, which takes root or user namespaces.

# on_small_disk SIZE DIRECTORY COMMAND...: runs the command where DIRECTORY is a disk of SIZE that holds what it held.
# Afterwards ./after is a copy of what was on it.
on_small_disk() {
    unshare --user --map-root-user --mount true 2> /dev/null || unshare --mount true 2> /dev/null ||
        skip "this machine lets nobody mount a tmpfs"
    local namespace=(unshare --mount)
    [ "$(id -u)" -eq 0 ] || namespace=(unshare --user --map-root-user --mount)
    # shellcheck disable=SC2016 # expanded by the inner shell
    run "${namespace[@]}" bash -euc '
        size=$1 directory=$2
        shift 2
        cp -a "$directory" before
        mount -t tmpfs -o "size=$size" tmpfs "$directory"
        cp -a before/. "$directory/"
        status=0
        "$@" || status=$?
        cp -a "$directory" after
        exit "$status"' small-disk "$@"
}

# noise BYTES: bytes that do not compress.
noise() {
    head -c "$1" /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2> /dev/null
}

expect_clear_error() {
    [ "$status" -eq 1 ] || fail "exit code $status: $out $err"
    assert_contains "No space left on device" "$err"
    case $err in *"   at "*) fail "a stack trace: $err" ;; esac
}

test_pack_to_a_full_disk_leaves_nothing() {
    mkdir -p tree/usr/share/noise out
    noise 3000000 > tree/usr/share/noise/bytes
    write_manifest noise > manifest.json
    on_small_disk 1m out peipkg-build pack --manifest manifest.json --staged tree --out out/noise.peipkg --sign-key "$key"
    expect_clear_error
    assert_equal "" "$(ls -A after)" "left on the disk"
}

test_a_build_whose_second_package_does_not_fit_leaves_neither() {
    mkdir -p noise/recipe noise/source out
    noise 3000000 > noise/source/large
    echo small > noise/source/small
    cat > noise/recipe/build.sh <<'SCRIPT'
set -eu
mkdir -p "$DESTDIR/usr/share/noise"
cp "$SOURCE_DIR"/* "$DESTDIR/usr/share/noise/"
SCRIPT
    cat > noise/recipe/peipkg.toml <<'TOML'
[meta]
build_script = "build.sh"
[[package]]
name = "a-small"
architecture = "noarch"
files = ["usr/share/noise/small"]
[[package]]
name = "large"
architecture = "noarch"
files = ["usr/share/noise/large"]
TOML
    on_small_disk 1m out peipkg-build build --recipe noise/recipe/peipkg.toml --source noise/source --version 1-1 \
        --source-ref test://noise --farm-id test-farm --timestamp "$when" --out out --sign-key "$key"
    expect_clear_error
    assert_equal "" "$(ls -A after)" "left on the disk"
    [ -z "$(find "$TMPDIR" -mindepth 1 -not -name out -not -name err)" ] || fail "the staging area was left"
}

test_publishing_on_a_full_disk_keeps_the_old_generation() {
    use_sample_repository
    mkdir -p tree/usr/share/noise new
    noise 3000000 > tree/usr/share/noise/bytes
    write_manifest noise > manifest.json
    peipkg-build pack --manifest manifest.json --staged tree --out new/noise_1.0-1_noarch.peipkg --sign-key "$key"
    cp -a "$repository" old
    on_small_disk 1m "$repository" peipkg-repo publish --in "$repository" --new new --sign-key "$key" \
        --timestamp 2026-05-02T00:00:00Z --out "$repository"
    expect_clear_error
    peipkg-repo verify --repo after
    diff -r --exclude='.*' old after
}
