# shellcheck shell=bash disable=SC2154
# What the documentation prints can be typed, and what it promises is there.

# run_page FILE: runs the page's ```bash blocks in their order as one session in this directory; where a
# ```text block follows a ```bash block, the output of that block must be exactly the text.
# Blocks of another kind (```sh, ```toml) are for reading.
run_page() {
    mkdir -p "$TMPDIR/blocks"
    awk -v out="$TMPDIR/blocks" '
        /^```/ && !inside { inside = 1; kind = substr($0, 4)
            if (kind == "bash") { n++; file = sprintf("%s/%03d.sh", out, n); last = n }
            else if (kind == "text" && last == n) { file = sprintf("%s/%03d.txt", out, n) }
            else file = ""
            next }
        /^```/ { inside = 0; if (file != "") close(file); if (kind != "bash") last = -1; next }
        inside && file != "" { print > file }' "$1"
    local block printed
    ls "$TMPDIR/blocks"/*.sh > /dev/null || fail "$1 has no block to run"
    {
        echo 'set -euo pipefail'
        for block in "$TMPDIR/blocks"/*.sh; do
            printed=${block%.sh}.out
            printf '{\n'
            cat "$block"
            printf '} > %q\n' "$printed"
        done
    } > "$TMPDIR/session"
    bash "$TMPDIR/session" || fail "the session of $1 does not run"
    for block in "$TMPDIR/blocks"/*.txt; do
        [ -e "$block" ] || continue
        diff "$block" "${block%.txt}.out" || fail "$1: the block ${block##*/} promises other output (< promised, > printed)"
    done
}

test_the_first_package_of_the_README_builds_as_printed() {
    run_page "$root/README.md"
    peipkg-build verify hello/out/hello_0.1-1_noarch.peipkg
    [ -s hello/out/hello_0.1-1_noarch.peipkg ]
}

test_getting_started_runs_as_printed_and_prints_what_it_promises() {
    run_page "$root/docs/getting-started.md"
}

test_the_page_about_keys_runs_as_printed() {
    run_page "$root/docs/keys.md"
    peipkg-repo verify --repo repo
}

# named_block NAME PAGE: the block after the line that says "`DIRECTORY/NAME`:"
named_block() {
    awk -v end="/$1\`:" 'on == 0 && substr($0, length($0) - length(end) + 1) == end { on = 1; next } on == 1 && /^```/ { on = 2; next } on == 2 && /^```$/ { exit } on == 2' "$2"
}

test_the_recipe_for_those_who_come_from_elsewhere_has_nothing_wrong() {
    mkdir zlib
    named_block peipkg.toml "$root/docs/coming-from.md" > zlib/peipkg.toml
    named_block build.sh "$root/docs/coming-from.md" > zlib/build.sh
    if [ ! -s zlib/peipkg.toml ] || [ ! -s zlib/build.sh ]; then fail "docs/coming-from.md has no such files"; fi
    chmod +x zlib/build.sh
    peipkg-build check zlib > said 2>&1 || fail "$(cat said)"
    assert_equal '1 recipe checked: nothing to report' "$(cat said)"
}

# The commands of "Build your first package" in the user documentation, letter by letter.
test_the_first_package_of_the_user_documentation_builds_as_printed() {
    assert_contains build "$(peipkg-build help)"
    assert_contains pack "$(peipkg-build help)"
    mkdir -p hello-pkg/recipe hello-pkg/source/usr/share/hello
    echo 'Hello, Peios!' > hello-pkg/source/usr/share/hello/MESSAGE
    cat > hello-pkg/recipe/peipkg.toml <<'END'
[meta]
license = "CC0-1.0"
homepage = "https://example.org/hello"
build_script = "build.sh"

[[package]]
name = "hello"
architecture = "noarch"
description = "Smallest legal peipkg example."
files = [
  "usr/share/hello/MESSAGE",
]
END
    cat > hello-pkg/recipe/build.sh <<'END'
#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." "$DESTDIR/"
END
    chmod +x hello-pkg/recipe/build.sh
    openssl genpkey -algorithm ed25519 -out hello-pkg/test-signing.ed25519
    mkdir -p hello-pkg/out
    first_package() {
        peipkg-build build \
            --recipe hello-pkg/recipe/peipkg.toml \
            --source hello-pkg/source \
            --version 0.1-1 \
            --source-ref "test://hello/0.1.0" \
            --farm-id local-test \
            --timestamp 2026-05-01T12:00:00Z \
            --out hello-pkg/out \
            --sign-key hello-pkg/test-signing.ed25519
    }
    assert_equal "hello-pkg/out/hello_0.1-1_noarch.peipkg" "$(first_package)"
    assert_equal "$(printf '%s\n' .peipkg/manifest.json .peipkg/files.json usr/ usr/share/ usr/share/hello/ \
        usr/share/hello/MESSAGE .peipkg/signature)" \
        "$(zstd -d --stdout hello-pkg/out/hello_0.1-1_noarch.peipkg | tar tf -)"
    mv hello-pkg/out/hello_0.1-1_noarch.peipkg hello-pkg/out/run-1.peipkg
    first_package
    cmp hello-pkg/out/hello_0.1-1_noarch.peipkg hello-pkg/out/run-1.peipkg
}

# options_of PROGRAM [SUBCOMMAND]: the long options its help names.
options_of() {
    "$@" --help | sed -nE 's/^  (-[a-z], )?(--[a-z-]+).*/\2/p' | LC_ALL=C sort -u
}

# documented HEADING: the long options in the table below "## HEADING" of the reference.
documented() {
    awk -v heading="## \`$1\`" '$0 == heading { on = 1; next } /^## / { on = 0 } on && /^\| `/' "$root/docs/cli-reference.md" |
        cut -d '|' -f 2 | grep -oE -- '--[a-z][a-z-]+' | LC_ALL=C sort -u
}

# commands_of PROGRAM: its commands, without those that all programs have.
commands_of() {
    "$1" help | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on && /^  [a-z]/ { print $1 }' | grep -vxE 'help|completion|man'
}

test_the_command_line_reference_names_every_option_and_no_other() {
    local program subcommand common='--(help|version|quiet|verbose)'
    for program in peipkg-build peipkg-repo peipkg-manager; do
        for subcommand in $(commands_of "$program"); do
            [ "$program" != peipkg-manager ] || common='--(help|version|config)'
            assert_equal "$(options_of "$program" "$subcommand" | grep -vxE -- "$common")" \
                "$(documented "$program $subcommand" | grep -vxE -- "$common")" "$program $subcommand"
        done
    done
    assert_equal "$(options_of peipkg-manager | grep -vxE -- '--(help|version)')" "$(documented peipkg-manager)" peipkg-manager
}

test_every_link_between_the_pages_leads_somewhere() {
    local page target
    for page in "$root/README.md" "$root"/docs/*.md; do
        { grep -oE "\]\([^)#]+" "$page" || true; } | cut -c 3- | while read -r target; do
            case $target in http*) continue ;; esac
            [ -e "$(dirname "$page")/$target" ] || fail "$page links to $target, which is not there"
        done
    done
}

# shellcheck disable=SC2016 # These are marks of the page, not commands.
test_every_promise_about_security_names_a_test_that_exists() {
    local name
    [ "$(grep -cE '^\| .*`[A-Z][a-z0-9]*_' "$root/docs/security.md")" -ge 30 ] || fail "the promises are not found"
    grep -oE '`[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+`' "$root/docs/security.md" | tr -d '`' | sort -u | while read -r name; do
        grep -rqw --include='*.cs' "$name" "$root/tests" || fail "docs/security.md names $name, which is no test"
    done
}
