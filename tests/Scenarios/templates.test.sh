# shellcheck shell=bash disable=SC2154
# The recipes that `new` makes, which are the samples in samples/templates, build with the real tools.

# fill_in RECIPE: writes something where the template leaves it to the author.
fill_in() {
    sed -i 's/FIXME/filled-in/' "$1/peipkg.toml"
}

# builds_twice TEMPLATE TOOL...: the template's recipe gives the same bytes twice in a sandbox, without a single warning,
# and --split divides what it installs.
builds_twice() {
    local template=$1 tool
    shift
    # A sandbox sees what the system has, not what somebody has at home.
    export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
    for tool in bwrap "$@"; do
        command -v "$tool" > /dev/null || skip "$tool cannot be had on this machine"
    done
    "$PEIPKG_BUILD" new "my-$template" --template "$template" > made
    (cd "my-$template" && find . -type f | sort) > files
    [ -s files ]
    fill_in "my-$template"
    "$PEIPKG_BUILD" check "my-$template" --deny warnings
    "$PEIPKG_BUILD" build --twice --sandbox --deny warnings --recipe "my-$template/peipkg.toml" --source "my-$template/source" \
        --version 1.0.0-1 --source-ref test://template --farm-id test --timestamp "$when" --out out
    "$PEIPKG_BUILD" verify out/*

    mkdir split
    cd split || fail "no directory"
    "$PEIPKG_BUILD" new "my-$template" --template "$template" --split > made
    fill_in "my-$template"
    "$PEIPKG_BUILD" check "my-$template" --deny warnings
    "$PEIPKG_BUILD" build --deny warnings --recipe "my-$template/peipkg.toml" --source "my-$template/source" \
        --version 1.0.0-1 --source-ref test://template --farm-id test --timestamp "$when" --out out
    [ "$(find out -type f | wc -l)" -gt 1 ] || fail "--split made one package"
}

test_the_files_template_builds_twice_the_same_in_a_sandbox() {
    builds_twice files
}

test_the_data_template_builds_twice_the_same_in_a_sandbox() {
    builds_twice data make
}

test_the_make_template_builds_twice_the_same_in_a_sandbox() {
    builds_twice make cc make
}

test_the_autotools_template_builds_twice_the_same_in_a_sandbox() {
    builds_twice autotools cc make autoreconf automake libtoolize
}

test_the_cmake_template_builds_twice_the_same_in_a_sandbox() {
    builds_twice cmake cc cmake
}

test_the_meson_template_builds_twice_the_same_in_a_sandbox() {
    builds_twice meson cc meson ninja
}

test_the_rust_template_builds_twice_the_same_in_a_sandbox() {
    builds_twice rust cargo
}

test_the_go_template_builds_twice_the_same_in_a_sandbox() {
    builds_twice go go
}

test_the_python_template_builds_twice_the_same_in_a_sandbox() {
    /usr/bin/python3 -c 'import setuptools, wheel, pip' 2> /dev/null || skip "pip cannot be had on this machine"
    builds_twice python python3
    "$PEIPKG_BUILD" extract out/my-python_1.0.0-1_noarch.peipkg --to tree
    # The program is told where the package's modules are once it is installed.
    sed -i "s|'/usr/|'$PWD/tree/usr/|" tree/usr/bin/hello
    [ "$(/usr/bin/python3 tree/usr/bin/hello)" = "Hello, Peios!" ] || fail "the program does not run"
}

test_every_sample_passes_check_and_builds_twice_the_same_in_a_sandbox() {
    local sample
    "$PEIPKG_BUILD" check "$root"/samples/{hello,libgreet,notes} --deny warnings
    for sample in hello libgreet notes; do
        "$PEIPKG_BUILD" build --twice --sandbox --deny warnings --recipe "$root/samples/$sample/recipe/peipkg.toml" \
            --source "$root/samples/$sample/source" --version 1.0.0-1 --source-ref test://sample --farm-id test \
            --timestamp "$when" --out out
    done
}
