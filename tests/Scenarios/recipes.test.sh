# shellcheck shell=bash disable=SC2154
# What a recipe's author sees when something is wrong. Nothing may be left behind.

# recipe_with FROM TO: a copy of the sample libgreet in ./libgreet with one text replaced in its recipe.
recipe_with() {
    cp -R "$samples/libgreet" .
    FROM=$1 TO=$2 perl -0pi -e 's/\Q$ENV{FROM}\E/$ENV{TO}/' libgreet/recipe/peipkg.toml
}

expect_refusal() {
    expect_exit 1 peipkg-build build --recipe libgreet/recipe/peipkg.toml --source libgreet/source --version 1.0.0-1 \
        --source-ref test://libgreet --farm-id test-farm --timestamp "$when" --out out --sign-key "$key"
    [ -z "$(ls -A out 2> /dev/null)" ] || fail "something was left in the output directory: $(ls -A out)"
    rm -f "$TMPDIR/out" "$TMPDIR/err"
    [ -z "$(ls -A "$TMPDIR")" ] || fail "something was left in the temporary directory: $(ls -A "$TMPDIR")"
}

test_a_misspelt_key_is_named_with_its_place_and_the_right_spelling() {
    recipe_with 'homepage' 'homepag'
    expect_refusal
    assert_contains 'peipkg.toml:3:1:' "$err"
    assert_contains '"homepage"' "$err"
}

test_orphans_are_all_listed() {
    recipe_with '"usr/share/man/**"' '"usr/share/none/**"'
    sed -i 's|  "usr/include/\*\*",||' libgreet/recipe/peipkg.toml
    expect_refusal
    assert_contains usr/share/man/man3/greet_format.3.gz "$err"
    assert_contains usr/include/greet.h "$err"
}

test_overlaps_name_the_file_and_both_stanzas() {
    recipe_with 'libgreet.so.1.*"' 'libgreet.so*"'
    expect_refusal
    assert_contains usr/lib/x86_64-linux-peios/libgreet.so "$err"
    assert_contains libgreet-dev "$err"
}

test_a_missing_side_effect_is_an_error() {
    recipe_with 'side_effects = ["ldconfig"]' ''
    expect_refusal
    assert_contains ldconfig "$err"
}

test_a_description_that_is_not_ASCII_names_the_character() {
    recipe_with 'languages: runtime' 'languages — runtime'
    expect_refusal
    assert_contains — "$err"
}

test_a_failing_build_script_leaves_nothing_behind() {
    recipe_with nothing nothing
    echo 'echo the script is not happy >&2; exit 7' >> libgreet/recipe/build.sh
    expect_refusal
    assert_contains 'the script is not happy' "$err"
    assert_contains 7 "$err"
}

test_a_terminated_build_takes_every_process_of_its_script_along() {
    local build tag=$RANDOM$RANDOM
    recipe_with nothing nothing
    cat > libgreet/recipe/build.sh <<SCRIPT
#!/bin/sh
sh -c 'sleep 30.$tag' &
(sh -c 'exec sleep 31.$tag' &)
touch "$PWD/running"
sleep 32.$tag
SCRIPT
    peipkg-build build --recipe libgreet/recipe/peipkg.toml --source libgreet/source --version 1.0.0-1 \
        --source-ref test://libgreet --farm-id test-farm --timestamp "$when" --out out > log 2>&1 &
    build=$!
    for _ in $(seq 100); do [ -e running ] && break; sleep 0.1; done
    kill -TERM "$build"
    if wait "$build"; then fail "a terminated build must not succeed"; fi
    assert_equal "" "$(running ".$tag")" "processes of the script are still running"
    [ -z "$(ls -A out 2> /dev/null)" ] || fail "outputs were left"
    [ -z "$(ls -A "$TMPDIR")" ] || fail "the staging area was left: $(ls -A "$TMPDIR")"
}
