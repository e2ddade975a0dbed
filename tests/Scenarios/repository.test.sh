# shellcheck shell=bash disable=SC2154
# From packages to a served repository, and what happens to one that was tampered with.

test_a_served_repository_satisfies_a_consumer_with_curl_and_openssl() {
    use_sample_repository
    serve "$repository"
    assert_contains "5 packages verified" "$(bash "$samples/farm/consume.sh" "$base" "$fingerprint" copy)"
    peipkg-repo verify --repo copy
    # Everything fetched is what is served; what a consumer has no need of, it did not fetch.
    while IFS= read -r file; do cmp "$repository/$file" "copy/$file"; done < <(cd copy && find . -type f)
}

test_a_consumer_refuses_another_fingerprint() {
    use_sample_repository
    serve "$repository"
    expect_exit 1 bash "$samples/farm/consume.sh" "$base" "${fingerprint//[0-9a-f]/0}" copy
}

# tampered COMMAND...: the command changes $repository; consumer and verify must both refuse it.
tampered() {
    "$@"
    expect_exit 1 peipkg-repo verify --repo "$repository"
    serve "$repository"
    expect_exit 1 bash "$samples/farm/consume.sh" "$base" "$fingerprint" copy
    assert_contains "REFUSED" "$err"
}

test_a_changed_descriptor_is_refused() {
    use_sample_repository
    tampered sed -i 's/For tests/For fools/' "$repository/repo.json"
}

test_a_changed_index_is_refused() {
    use_sample_repository
    tampered sed -i 's/MIT/GPL/' "$repository/index/active.json"
}

test_a_changed_package_is_refused() {
    use_sample_repository
    tampered truncate -s -1 "$repository/p/hello/0.1-1/hello_0.1-1_noarch.peipkg"
}

test_a_missing_package_is_refused() {
    use_sample_repository
    tampered rm "$repository/p/hello/0.1-1/hello_0.1-1_noarch.peipkg"
}

test_a_missing_signature_is_refused() {
    use_sample_repository
    tampered rm "$repository/index/archive.json.sig"
}

test_publishing_the_same_package_again_is_refused_and_changes_nothing() {
    use_sample_repository
    cp -a "$repository" before
    expect_exit 1 peipkg-repo publish --in "$repository" --new "$packages" --sign-key "$key" \
        --timestamp 2026-05-02T00:00:00Z --out "$repository"
    diff -r --exclude='.peipkg-repo.*' before "$repository"
}

test_a_later_version_becomes_active_and_the_earlier_stays_in_the_archive() {
    use_sample_repository
    peipkg-build build --recipe "$samples/hello/recipe/peipkg.toml" --source "$samples/hello/source" --version 0.10-1 \
        --source-ref test://hello --farm-id test-farm --timestamp "$when" --out later --sign-key "$key"
    peipkg-repo publish --in "$repository" --new later --sign-key "$key" --timestamp 2026-05-02T00:00:00Z --out "$repository"
    peipkg-repo verify --repo "$repository"
    assert_equal 0.10-1 "$(jq -r '.packages[] | select(.name == "hello").version' "$repository/index/active.json")"
    assert_equal $'0.10-1\n0.1-1' "$(jq -r '.packages[] | select(.name == "hello").version' "$repository/index/archive.json")"
}

# The page's blocks, in one shell, but for the place where it has somebody's web server.
test_a_day_with_a_repository_goes_as_the_page_says() {
    cp "$key" farm.pem
    mkdir new
    local name page=$root/docs/operating-a-repository.md
    for name in hello libgreet libgreet-dev libgreet-doc notes; do
        mkdir -p "tree/usr/share/$name"
        echo "$name" > "tree/usr/share/$name/data"
        write_manifest "$name" | jq --arg name "$name" \
            'if $name == "libgreet-dev" then .dependencies = [{name: "libgreet"}] else . end' > manifest.json
        peipkg-build pack --manifest manifest.json --staged tree --out "new/${name}_1.0-1_noarch.peipkg" --sign-key farm.pem > packed
        rm -r tree
    done
    awk -v done_at='^fingerprint=' '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on && $0 ~ done_at { exit } on' "$page" > morning.sh
    awk -v from='^fingerprint=' '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on && $0 ~ from { rest = 1 } on && rest' "$page" > day.sh
    # shellcheck source=/dev/null
    . ./morning.sh
    serve "$PWD/stable"
    sed -i "s|https://pkgs.example.org|$base|" day.sh
    assert_contains 'peipkg-repo rollback --to before-hello' "$(cat day.sh)"
    # shellcheck source=/dev/null
    . ./day.sh | tee said
    assert_contains 'notes 1.0-1 noarch' "$(cat said)"
    assert_equal 'hello libgreet libgreet-dev libgreet-doc' "$(jq -r '[.packages[].name] | join(" ")' stable/index/active.json)"
    assert_equal 'EX-2026-1' "$(jq -r '.packages[] | select(.name == "notes") | .peipkg_withdrawn.advisory' stable/index/archive.json)"
    assert_contains "the same as $base" "$(cat said)"
    assert_equal 'libgreet libgreet-dev' "$(jq -r '[.packages[].name] | join(" ")' part/index/active.json)"
    for file in repo.json repo.json.sig index/{active,archive}.json{,.sig}; do cmp "stable/$file" "mirror/$file"; done
    bash "$samples/farm/consume.sh" "$base" "$fingerprint" copy
}
