# shellcheck shell=bash disable=SC2154
# The same input gives the same bytes, whatever the machine looks like around it.

expect_same_packages() {
    local name
    use_sample_packages
    assert_equal "$(ls "$packages")" "$(ls out)" "other packages came out"
    for name in "$packages"/*; do
        cmp "$name" "out/$(basename "$name")" || fail "$(basename "$name") has other bytes"
    done
}

test_samples_built_a_second_time_have_the_same_bytes() {
    use_sample_packages
    build_samples out
    expect_same_packages
}

test_samples_built_from_another_directory_in_another_file_order_have_the_same_bytes() {
    local elsewhere="a rather long name of a directory, with blanks/and/another" file
    mkdir -p "$elsewhere"
    (cd "$samples" && find hello libgreet notes | LC_ALL=C sort -r) | while read -r file; do
        if [ -d "$samples/$file" ]; then
            mkdir -p "$elsewhere/$file"
        else
            mkdir -p "$(dirname "$elsewhere/$file")"
            cp "$samples/$file" "$elsewhere/$file"
        fi
    done
    build_samples out "$elsewhere"
    expect_same_packages
}

test_samples_built_with_a_temporary_directory_of_another_name_have_the_same_bytes() {
    local keep=$TMPDIR
    use_sample_packages
    mkdir "$PWD/a temporary place"
    TMPDIR="$PWD/a temporary place" build_samples out
    TMPDIR=$keep
    expect_same_packages
}

test_samples_built_under_another_locale_have_the_same_bytes() {
    LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 LANGUAGE=tr build_samples out
    expect_same_packages
}

test_samples_built_in_another_time_zone_have_the_same_bytes() {
    TZ=Asia/Kathmandu build_samples out
    expect_same_packages
}

test_samples_built_under_other_umasks_have_the_same_bytes() {
    use_sample_packages
    (umask 077 && build_samples out)
    expect_same_packages
    rm -rf out
    (umask 000 && build_samples out)
    expect_same_packages
}

test_samples_with_other_modes_and_times_in_the_source_have_the_same_bytes() {
    cp -R "$samples" elsewhere
    find elsewhere -type f -exec chmod 600 {} +
    find elsewhere -exec touch -d 2001-02-03 {} +
    build_samples out elsewhere
    expect_same_packages
}

test_samples_built_on_one_core_have_the_same_bytes() {
    use_sample_packages
    export -f build_samples build_sample sample_version fail
    export samples when key
    taskset -c "$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')" bash -euc 'build_samples out'
    expect_same_packages
}

test_samples_built_on_a_busy_machine_have_the_same_bytes() {
    local busy=()
    use_sample_packages
    for _ in 1 2 3 4; do
        (while :; do :; done) &
        busy+=($!)
    done
    build_samples out
    kill "${busy[@]}"
    expect_same_packages
}

# Large enough for several compression jobs at once.
test_a_package_of_many_megabytes_has_the_same_bytes_on_one_core_and_on_all() {
    local core
    mkdir -p tree/usr/share/big
    seq 1 3000000 > tree/usr/share/big/numbers
    seq 1 3000000 | awk '{ print ($1 * 7919) % 1000003, "text", $1 % 97 }' > tree/usr/share/big/mixed
    openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 -in tree/usr/share/big/numbers 2> /dev/null > tree/usr/share/big/noise
    write_manifest big > manifest.json
    core=$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')
    peipkg-build pack --manifest manifest.json --staged tree --out all.peipkg --sign-key "$key"
    taskset -c "$core" "$PEIPKG_BUILD" pack --manifest manifest.json --staged tree --out one.peipkg --sign-key "$key"
    cmp all.peipkg one.peipkg
}
