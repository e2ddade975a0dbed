# shellcheck shell=bash disable=SC2154
# What the release is made of, and that it is made the same everywhere.

test_every_component_is_listed_once_with_its_version_and_in_the_bill_of_materials() {
    expect_exit 0 bash "$root/.ci/components.sh"
    assert_equal "" "$(printf '%s\n' "$out" | awk 'NF < 3 || $2 !~ /^[0-9]+\.[0-9.]+$/')" "components without a version"
    printf '%s\n' "$out" | awk '{ print $1 "@" $2 }' | LC_ALL=C sort > listed
    expect_exit 0 bash "$root/.ci/components.sh" --sbom
    printf '%s\n' "$out" | jq -r '.components[] | .name + "@" + .version' | LC_ALL=C sort > in-bill
    cmp listed in-bill || fail "the list and the bill of materials differ"
    assert_equal 'CycloneDX 1.5' "$(printf '%s\n' "$out" | jq -r '.bomFormat + " " + .specVersion')"
    # Every package that a program asks for by name is among them.
    grep -hoE '<PackageReference Include="[^"]+"' "$root"/src/*/*.csproj | cut -d '"' -f 2 | sort -u | while read -r name; do
        grep -q "^$name@" listed || fail "$name is not listed"
    done
}

test_all_runtime_packs_have_one_patch_level() {
    local assets=("$root"/src/Peipkg.{Build,Repo,Manager}/obj/project.assets.json)
    [ -e "${assets[2]}" ] || skip "the programs were not built here"
    assert_equal 1 "$(jq -r '.project.frameworks[].downloadDependencies[]?
        | select(.name | test("Runtime|ILCompiler|Apphost|Host"; "i")) | .version' "${assets[@]}" | sort -u | wc -l)" "patch levels"
}

long_the_programs_and_the_Debian_package_have_the_same_bytes_from_any_directory() {
    local place
    for place in one "another place with a longer name"; do
        mkdir "$place"
        git -C "$root" archive HEAD | tar -x -C "$place"
        (cd "$place" && SOURCE_DATE_EPOCH=1767225600 bash .ci/publish.sh && SOURCE_DATE_EPOCH=1767225600 bash .ci/deb.sh "$PWD/deb")
    done
    for place in bin/peipkg-build bin/peipkg-repo bin/peipkg-manager; do
        cmp "one/artifacts/$place" "another place with a longer name/artifacts/$place" || fail "$place has other bytes"
    done
    cmp one/deb/*.deb "another place with a longer name"/deb/*.deb || fail "the Debian package has other bytes"
}
