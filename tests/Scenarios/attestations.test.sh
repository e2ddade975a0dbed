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

test_a_farm_publishes_what_it_attests_and_the_same_judge_accepts_it() {
    local package=farm/state/repo/p/hello/0.1-1/hello_0.1-1_noarch.peipkg
    small_farm
    once
    python3 "$judge" "$package" "$public_key"
    jq -r .payload "$package.attestation.json" | base64 -d > statement
    assert_equal "$(git -C farm/upstream/hello rev-parse v0.1)" \
        "$(jq -r '.predicate.buildDefinition.resolvedDependencies[0].digest.gitCommit' statement)"
    expect_exit 0 peipkg-repo attest verify farm/state/repo --trust "$fingerprint" --require
}

test_what_the_page_tells_a_stranger_to_do_verifies_with_the_fingerprint_alone() {
    attested new
    peipkg-repo init --name example --sign-key "$key" --timestamp "$when" --out repo
    peipkg-repo publish --in repo --new new --sign-key "$key" --timestamp 2026-05-01T12:00:01Z --out repo > /dev/null
    serve repo
    mkdir stranger
    sed -n '/^curl -s -O/,/^```/p' "$root/docs/attestations.md" | sed '$d' > stranger/commands
    export base fingerprint
    assert_equal "$(sha256sum < new/hello_0.1-1_noarch.peipkg | cut -c 1-64)" \
        "$(cd stranger && bash -eu commands | tail -n 1)"
    expect_exit 0 peipkg-repo attest verify "$base" --trust "$fingerprint"
}
