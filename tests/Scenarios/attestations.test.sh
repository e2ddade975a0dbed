# shellcheck shell=bash disable=SC2154
# Attestations and bills of materials, judged by programs that know nothing of ours: openssl and a few lines of Python
# by the rules of DSSE, in-toto, SLSA and SPDX.

judge=$root/tests/Scenarios/Attestations/judge.py

# attested OUT: builds the samples with their attestations.
attested() {
    local name
    for name in hello libgreet; do
        peipkg-build build --attest --recipe "$samples/$name/recipe/peipkg.toml" --source "$samples/$name/source" \
            --version "$(sample_version "$name")" --source-ref "git+https://example.org/$name.git#refs/tags/v1" \
            --farm-id "test farm" --timestamp "$when" --out "$1" --sign-key "$key" > "$TMPDIR/build.log" 2>&1 ||
            fail "building $name: $(cat "$TMPDIR/build.log")"
    done
}

test_openssl_and_the_rules_of_others_accept_every_attestation_and_bill_of_materials() {
    local package
    attested out
    for package in out/*.peipkg; do
        python3 "$judge" "$package" "$public_key"
    done
}

test_the_judge_refuses_what_was_changed() {
    local package=out/hello_0.1-1_noarch.peipkg
    attested out
    printf x >> "$package"
    expect_exit 1 python3 "$judge" "$package" "$public_key"
    truncate -s -1 "$package"
    sed -i 's/"payload":"e/"payload":"f/' "$package.attestation.json"
    expect_exit 1 python3 "$judge" "$package" "$public_key"
}
