# shellcheck shell=bash disable=SC2154
# A package is an ordinary zstd frame around an ordinary tar: the usual programs read it.

test_zstd_tests_every_package_as_one_frame_without_a_checksum() {
    local package listing
    use_sample_packages
    for package in "$packages"/*; do
        zstd -q -t "$package"
        listing=$(zstd -l -v "$package" 2>&1)
        assert_contains "Check: None" "$listing"
        [[ $listing =~ Frames:\ 1 ]] || fail "$package is not one frame: $listing"
    done
}

test_tar_lists_metadata_first_and_the_signature_last() {
    local package listing
    use_sample_packages
    for package in "$packages"/*; do
        listing=$(zstd -q -d -c "$package" | tar tf -)
        assert_equal $'.peipkg/manifest.json\n.peipkg/files.json' "$(head -n 2 <<< "$listing")"
        assert_equal .peipkg/signature "$(tail -n 1 <<< "$listing")"
        assert_equal 3 "$(grep -c '^\.peipkg/' <<< "$listing")"
    done
}

test_tar_ends_with_two_zero_blocks_and_nothing_more() {
    local package size
    use_sample_packages
    for package in "$packages"/*; do
        zstd -q -d -c "$package" > tar
        size=$(stat -c %s tar)
        cmp -n 1024 -i "$((size - 1024)):0" tar /dev/zero
        # The block before them ends the signature's one line.
        tail -c 1536 tar | head -c 512 | grep -q '}$'
    done
}

test_tar_shows_one_owner_one_mode_and_the_time_of_the_build() {
    local package
    use_sample_packages
    for package in "$packages"/*; do
        assert_equal "rwxrwxrwx root/root 2026-05-01 12:00:00" \
            "$(zstd -q -d -c "$package" | tar tvf - --full-time --utc | awk '{ print substr($1, 2), $2, $4, $5 }' | sort -u)"
    done
}

test_GNU_tar_extracts_what_the_build_script_staged() {
    local name package
    use_sample_packages
    for name in hello libgreet notes; do
        mkdir -p "staged-$name" "cwd-$name" "extracted-$name"
        (cd "cwd-$name" && SOURCE_DIR=$samples/$name/source DESTDIR=$OLDPWD/staged-$name LC_ALL=C TZ=UTC \
            sh "$samples/$name/recipe/build.sh")
        for package in "$packages/$name"[_-]*; do
            zstd -q -d -c "$package" | tar -x -C "extracted-$name" --exclude=.peipkg --exclude='.peipkg/*'
        done
        # Licences that the recipe names are installed after the script.
        if grep -q '^licenses = ' "$samples/$name/recipe/peipkg.toml"; then
            cmp "$samples/$name/source/LICENSE" "extracted-$name/usr/share/licenses/$name/LICENSE"
            rm -r "extracted-$name/usr/share/licenses"
            rmdir --ignore-fail-on-non-empty "extracted-$name/usr/share"
        fi
        diff -r --no-dereference "staged-$name" "extracted-$name"
    done
}

test_an_empty_directory_travels_when_a_pattern_ends_in_a_slash() {
    use_sample_packages
    assert_contains "var/lib/notes/" "$(zstd -q -d -c "$packages/notes_1.0-1_noarch.peipkg" | tar tf -)"
}

test_sha256sum_confirms_every_hash_of_files_json() {
    local package
    use_sample_packages
    for package in "$packages"/*; do
        rm -rf tree && mkdir tree
        zstd -q -d -c "$package" | tar -x -C tree
        (cd tree && jq -r '.entries[] | "\(.hash)  \(.path)"' .peipkg/files.json | sha256sum -c --quiet --strict)
        assert_equal "$(find tree -type f -not -path 'tree/.peipkg/*' -printf '%s\n' | awk '{ s += $1 } END { print s + 0 }')" \
            "$(jq .size_installed tree/.peipkg/manifest.json)" "size_installed of $package"
    done
}

test_names_long_deep_and_not_ASCII_survive_pack_and_GNU_tar() {
    local base=tree/usr/share/names deep=tree/usr/share/names
    local long=0123456789012345678901234567890123456789012345678901234567890123456789
    mkdir -p "$base/a"
    echo 1 > "$base/a.h"
    echo 2 > "$base/a/b"
    echo 3 > "$base/a0"
    echo 4 > "$base/$long$long$long"
    echo 5 > "$base/Grüße-日本語-😀"
    ln -s "$long$long$long" "$base/link"
    ln -s ../names/a/b "$base/Verknüpfung"
    for _ in 1 2 3 4 5 6 7 8; do deep=$deep/$long; done
    mkdir -p "$deep"
    echo 6 > "$deep/ü"
    write_manifest names > manifest.json
    peipkg-build pack --manifest manifest.json --staged tree --out names.peipkg --sign-key "$key"
    peipkg-build verify --key "$public_key" names.peipkg
    mkdir extracted
    zstd -q -d -c names.peipkg | tar -x -C extracted --exclude=.peipkg --exclude='.peipkg/*'
    diff -r --no-dereference tree extracted
}
