# shellcheck shell=bash disable=SC2154
# What the samples build is usable.

test_a_program_compiles_links_and_runs_against_the_libgreet_packages() {
    local package
    use_sample_packages
    mkdir system
    for package in "$packages"/libgreet*; do
        zstd -q -d -c "$package" | tar -x -C system --exclude=.peipkg --exclude='.peipkg/*'
    done
    cat > main.c <<'C'
#include <greet.h>
#include <stdio.h>
int main(void)
{
    char text[64];
    if (greet_format(text, sizeof text, "en", "Peios") < 0) {
        return 1;
    }
    puts(text);
    return 0;
}
C
    local libraries=$PWD/system/usr/lib/x86_64-linux-peios
    cc -Isystem/usr/include -o dynamic main.c -L"$libraries" -lgreet
    cc -Isystem/usr/include -o static main.c "$libraries/libgreet.a"
    assert_equal "Hello, Peios!" "$(LD_LIBRARY_PATH=$libraries ./dynamic)"
    assert_equal "Hello, Peios!" "$(./static)"
    # The runtime package alone must be enough for a program that is already built.
    rm -rf runtime && mkdir runtime
    zstd -q -d -c "$packages"/libgreet_1.0.0-1_x86_64.peipkg | tar -x -C runtime
    assert_equal "Hello, Peios!" "$(LD_LIBRARY_PATH=$PWD/runtime/usr/lib/x86_64-linux-peios ./dynamic)"
}

test_the_dev_package_demands_the_very_build_of_its_runtime() {
    use_sample_packages
    zstd -q -d -c "$packages/libgreet-dev_1.0.0-1_x86_64.peipkg" | tar -x .peipkg/manifest.json
    assert_equal '[{"name":"libc-dev"},{"name":"libgreet","constraint":"= 1.0.0-1"}]' \
        "$(jq -c .dependencies .peipkg/manifest.json)"
}

test_the_notes_program_runs_from_its_package() {
    use_sample_packages
    zstd -q -d -c "$packages/notes_1.0-1_noarch.peipkg" | tar -x
    printf 'directory=%s\n' "$PWD/var/lib/notes" > etc/notes.conf
    export NOTES_CONFIG=$PWD/etc/notes.conf
    assert_equal "notes 1.0" "$(sh usr/bin/notes version)"
    assert_equal 1 "$(sh usr/bin/notes add a note)"
    assert_equal "a note" "$(sh usr/bin/notes show 1)"
}

test_no_path_of_this_machine_reaches_a_package() {
    local package
    use_sample_packages
    for package in "$packages"/*; do
        rm -rf tree && mkdir tree
        zstd -q -d -c "$package" | tar -x -C tree
        gzip -dr tree/usr/share/man 2> /dev/null || true
        if grep -rlaF -e "$root" -e "$TMPDIR" -e /tmp/ tree; then fail "$package holds a path of this machine"; fi
    done
}

test_three_real_upstreams_build_twice_the_same_in_a_sandbox_and_pass_their_tests() {
    local status=0
    bash "$root/samples/upstreams/run.sh" --dir "$PWD/up" zlib less tzdata > said 2>&1 || status=$?
    if grep -qE 'Failed to fetch|Unable to find a source|Could not resolve' said; then skip "Debian's sources cannot be fetched here"; fi
    [ "$status" -eq 0 ] || fail "$(cat said)"
    assert_equal 3 "$(grep -c 'twice the same' said)"
    assert_contains libz.so.1 "$(peipkg-build inspect up/packages/zlib/zlib_1.*.peipkg --why libz.so.1)"
}
