# shellcheck shell=bash disable=SC2154
# Keys, fingerprints and signatures are ordinary Ed25519: openssl makes and checks them too.

test_openssl_verifies_the_signature_of_every_package_from_its_bytes_alone() {
    local package block
    use_sample_packages
    for package in "$packages"/*; do
        zstd -q -d -c "$package" > tar
        block=$(tar -t -R -f tar | sed -n 's/^block \([0-9]*\): \.peipkg\/signature$/\1/p')
        tar -x -O -f tar .peipkg/signature > envelope
        head -c $((block * 512)) tar | openssl dgst -sha256 -binary > digest
        openssl_verifies digest envelope
        # One byte less, and it must not hold.
        head -c $((block * 512 - 1)) tar | openssl dgst -sha256 -binary > digest
        if openssl_verifies digest envelope; then fail "the signature holds for other bytes too"; fi
    done
}

test_openssl_verifies_descriptor_and_indexes_from_their_bytes_alone() {
    local document
    use_sample_repository
    for document in repo.json index/active.json index/archive.json; do
        openssl dgst -sha256 -binary "$repository/$document" > digest
        openssl_verifies digest "$repository/$document.sig"
    done
}

test_the_published_key_is_the_one_that_its_name_promises() {
    use_sample_repository
    assert_equal "$fingerprint.pub" "$(ls "$repository/keys")"
    assert_equal "$fingerprint" \
        "$(openssl pkey -pubin -in "$repository/keys/$fingerprint.pub" -outform DER | tail -c 32 | sha256sum | cut -c 1-64)"
}

test_keygen_makes_a_key_that_openssl_reads_and_prints_its_fingerprint_in_groups() {
    local printed
    printed=$(peipkg-repo keygen --out new.pem)
    assert_equal 600 "$(stat -c %a new.pem)"
    assert_contains "$(openssl pkey -in new.pem -pubout -outform DER | tail -c 32 | sha256sum | cut -c 1-64 | sed 's/..../& /g; s/ $//')" "$printed"
    cp new.pem before.pem
    expect_exit 1 peipkg-repo keygen --out new.pem
    cmp new.pem before.pem
}

test_fingerprint_is_the_same_for_the_private_and_the_public_key() {
    local grouped
    grouped=$(printf '%s' "$fingerprint" | sed 's/..../& /g; s/ $//')
    assert_contains "$grouped" "$(peipkg-repo fingerprint "$key")"
    assert_contains "$grouped" "$(peipkg-repo fingerprint "$public_key")"
}

test_a_raw_seed_of_32_bytes_signs_like_the_PEM_file_of_the_same_key() {
    use_sample_packages
    (umask 077 && openssl pkey -in "$key" -outform DER | tail -c 32 > seed)
    key=$PWD/seed build_sample hello out
    cmp out/hello_0.1-1_noarch.peipkg "$packages/hello_0.1-1_noarch.peipkg"
}

test_another_key_is_refused() {
    use_sample_packages
    openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out other.pub
    expect_exit 1 peipkg-build verify --key other.pub "$packages/hello_0.1-1_noarch.peipkg"
    expect_exit 0 peipkg-build verify --key "$public_key" "$packages/hello_0.1-1_noarch.peipkg"
}
