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

# The page's own commands, Ann's address replaced by her directory: Bob's recipe of libgreet makes other bytes than hers.
test_two_farms_vouch_for_each_other_as_the_page_says() {
    local name page=$root/docs/reproducible-builds.md ann
    peipkg-repo keygen --out ann.pem > /dev/null
    # shellcheck disable=SC2034 # for the page's commands
    ann=$(peipkg-repo fingerprint --plain ann.pem)
    now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
    for name in hello libgreet; do
        git init -q "upstream/$name"
        cp -r "$samples/$name/source/." "upstream/$name"
        git -C "upstream/$name" add -A
        git -C "upstream/$name" -c user.name=A -c user.email=a@example.org commit -qm "$name"
        git -C "upstream/$name" tag v1
        mkdir -p recipes
        cp -r "$samples/$name/recipe" "recipes/$name"
        peipkg-build build --sandbox --attest --recipe "recipes/$name" --source "$samples/$name/source" \
            --version "$(sample_version "$name")" --source-ref "git+file://$PWD/upstream/$name#refs/tags/v1" \
            --farm-id ann --timestamp "$when" --out new --sign-key ann.pem > "$TMPDIR/build.log" 2>&1 ||
            fail "building $name: $(cat "$TMPDIR/build.log")"
    done
    for name in testing stable; do
        peipkg-repo init --name "ann-$name" --sign-key ann.pem --timestamp "$(now)" --out "$name"
    done
    peipkg-repo publish --in testing --new new --sign-key ann.pem --timestamp "$(now)" --out testing > /dev/null
    sed -i 's|example.org/libgreet|bob.example.org/libgreet|' recipes/libgreet/peipkg.toml

    awk '/^## Vouch/ { there = 1 } /^```sh$/ { on = there; next } /^```$/ { on = 0 } on' "$page" |
        sed 's|https://ann.example.org/||' > day.sh
    assert_contains 'promote hello --from testing' "$(cat day.sh)"
    # shellcheck source=/dev/null
    . ./day.sh > said 2> told || fail "$(cat said told)"
    assert_contains '1 identical, 3 different' "$(cat said)"
    assert_contains 'hello 0.1-1 noarch: rebuilt with the same bytes by' "$(cat said)"
    assert_equal hello "$(jq -r '[.packages[].name] | join(" ")' stable/index/active.json)"
    assert_contains 'came out differently' "$(peipkg-repo audit --repo testing || true)"
    expect_exit 1 peipkg-repo promote libgreet --from testing --to stable --require-rebuild 1 --rebuilder "$bob" \
        --sign-key ann.pem --timestamp "$(now)"
    assert_contains 'has built other bytes' "$err"

    # Judged by openssl, with the key that the verdict brings and that its fingerprint proves.
    head -n 1 stable/p/hello/*/*.rebuilds.jsonl > verdict
    jq -r '.signatures[0].public_key' verdict > bob.pub
    assert_equal "$bob" "$(openssl pkey -pubin -in bob.pub -outform DER | tail -c 32 | sha256sum | cut -c 1-64)"
    jq -r .payload verdict | base64 -d > statement
    printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < statement)" | cat - statement > signed
    jq -r '.signatures[0].sig' verdict | base64 -d > signature
    openssl pkeyutl -verify -pubin -inkey bob.pub -rawin -in signed -sigfile signature > /dev/null
}
