# shellcheck shell=bash disable=SC2154
# Builds in roots that are composed of packages.

# This machine's busybox, make and C compiler as packages, each with what it needs to run at another place.
make_toolchain_recipe() {
    mkdir -p toolchain source
    cat > toolchain/peipkg.toml <<'TOML'
[meta]
license = "GPL-3.0-or-later"
build_script = "build.sh"

[build]
errexit = true

[[package]]
name = "busybox"
architecture = "x86_64"
dependencies = [{ name = "libc" }]
files = ["usr/bin/*"]

[[package]]
name = "libc"
architecture = "x86_64"
side_effects = ["ldconfig"]
files = ["usr/lib/x86_64-linux-peios/lib*.so.*", "usr/lib/x86_64-linux-peios/{ld-*,libbfd-*.so}"]

[[package]]
name = "toolchain"
architecture = "x86_64"
dependencies = [{ name = "libc", same_build = true }]
provides = [{ name = "cc", version = "12" }]
side_effects = ["ldconfig"]
files = [
  "usr/lib/x86_64-linux-peios/toolchain/**",
  "usr/lib/x86_64-linux-peios/{libc.so,libc_nonshared.a,*.o}",
  "usr/include/**",
  "usr/sbin/*",
]
TOML
    cat > toolchain/build.sh <<'SH'
lib=$DESTDIR$LIBDIR
mkdir -p "$DESTDIR/usr/bin" "$DESTDIR/usr/sbin" "$lib/toolchain/bin"
libraries() { for program; do ldd "$program" 2> /dev/null | grep -o '/[^ ]*' || :; done | sort -u; }

box=$(command -v busybox)
cp "$box" "$DESTDIR/usr/bin/"
for name in $("$box" --list | grep -vx 'ar\|busybox\|make'); do ln -s busybox "$DESTDIR/usr/bin/$name"; done

own=$(dirname "$(gcc -print-prog-name=cc1)")
place=$lib/toolchain/lib/gcc/$(basename "$(dirname "$own")")/$(basename "$own")
mkdir -p "$place"
for file in cc1 collect2 liblto_plugin.so libgcc.a libgcc_s.so crtbegin.o crtbeginS.o crtend.o crtendS.o; do
    cp -L "$own/$file" "$place/"
done
cp -rL "$own/include" "$place/include"
cp -L "$(command -v gcc)" "$lib/toolchain/bin/"
for name in cc gcc; do ln -s "../lib/$TRIPLET/toolchain/bin/gcc" "$DESTDIR/usr/sbin/$name"; done
for name in as ld ar make install; do cp -L "$(command -v "$name")" "$DESTDIR/usr/sbin/"; done

for file in $(libraries "$box" "$place"/cc1 "$place"/*.so "$place"/collect2 "$DESTDIR"/usr/sbin/* "$(gcc -print-file-name=libgcc_s.so.1)"); do
    cp -L "$file" "$lib/"
done
cp -L "$(gcc -print-file-name=libgcc_s.so.1)" "$lib/"
for file in crt1.o Scrt1.o crti.o crtn.o libc_nonshared.a; do cp -L "$(gcc -print-file-name=$file)" "$lib/"; done
echo 'GROUP ( /lib/libc.so.6 /lib/libc_nonshared.a AS_NEEDED ( /lib64/ld-linux-x86-64.so.2 ) )' > "$lib/libc.so"
printf '#include <%s>\n' stddef.h stdio.h stdlib.h string.h | gcc -O2 -M -x c - | grep -o '/usr/include/[^ ]*' | while read -r header; do
    mkdir -p "$DESTDIR${header%/*}"
    cp -L "$header" "$DESTDIR$header"
done
SH
}

test_libgreet_is_built_in_a_root_that_sees_no_compiler_of_this_machine() {
    [ "$(uname -m)" = x86_64 ] || skip "the sample is for x86_64"
    make_toolchain_recipe
    peipkg-build build --recipe toolchain --source source --out packages --version 12-1 --source-ref test:toolchain \
        --timestamp "$when" --sign-key "$key" > log 2>&1 || fail "$(cat log)"
    peipkg-repo init --name clean --sign-key "$key" --timestamp "$when" --out repository > /dev/null
    peipkg-repo publish --in repository --new packages --sign-key "$key" --timestamp 2026-05-01T12:00:01Z --out repository > log 2>&1 ||
        fail "$(cat log)"
    cp -r "$samples/libgreet/recipe" recipe
    printf '[build]\nrequires = ["busybox", "cc >= 10"]\n' >> recipe/peipkg.toml

    compose() {
        peipkg-build compose --repository repository --trust "$fingerprint" --cache cache --out "$@"
    }

    build() {
        peipkg-build build --recipe recipe --source "$samples/libgreet/source" --version 1.0.0-1 --source-ref test:libgreet \
            --timestamp "$when" --out "out" --root "$@"
    }

    compose bare busybox > /dev/null
    expect_exit 1 build bare
    assert_contains "the recipe requires cc >= 10, but in --root" "$err"
    compose root busybox cc > /dev/null
    build root --twice --sign-key "$key" --attest > log 2>&1 || fail "$(cat log)"
    assert_contains "built twice with the same result" "$(cat log)"
    zstd -q -d -c out/libgreet_1.0.0-1_x86_64.peipkg | tar -x usr
    grep -q "GCC: (" usr/lib/x86_64-linux-peios/libgreet.so.1.0.0 || fail "no compiler has made the library"
    jq -r .payload out/libgreet_1.0.0-1_x86_64.peipkg.attestation.json | base64 -d |
        jq -r '.predicate.buildDefinition.resolvedDependencies[] | select(.name | endswith(".peipkg")) | "\(.digest.sha256)  packages/\(.name)"' |
        sha256sum --check --quiet || fail "the attestation names other packages than the root was made of"

    # Without the compiler's package, the machine's own is not found either.
    sed -i '/^requires/d' recipe/peipkg.toml
    expect_exit 1 build bare
    assert_contains "make: not found" "$out$err"

    # A farm composes the roots of its builds, and waits for what is not published yet.
    mkdir -p farm/recipes/greet upstream
    cp -r "$samples/libgreet/source/." upstream
    git -C upstream init -q
    git -C upstream add .
    git -C upstream -c user.name=x -c user.email=x@example.org commit -q -m one
    git -C upstream tag v1.0.0
    cp -r recipe/. farm/recipes/greet
    sed -i '/^\[upstream\]/,/^$/d; /^\[watch\]/,/^$/d; /^\[build\]/d' farm/recipes/greet/peipkg.toml
    cat >> farm/recipes/greet/peipkg.toml << TOML
[build]
requires = ["cc >= 13"]
[upstream]
git = "$PWD/upstream"
tag_pattern = "^v([0-9.]+)\$"
peios_revision = 1
TOML
    peipkg-repo keygen --out farm/key > /dev/null
    cat > farm/config.toml << TOML
[manager]
id = "clean"
recipes_dir = "$PWD/farm/recipes"
state_dir = "$PWD/farm/state"
[repo]
name = "clean"
[signing]
key_file = "$PWD/farm/key"
[poll]
default_interval = "1h"
[build]
sandbox = true
[root]
packages = ["busybox"]
repositories = ["$PWD/repository"]
trust = ["$fingerprint"]
TOML
    expect_exit 1 peipkg-manager --config farm/config.toml --once --strict
    assert_contains "cc >= 13" "$err$out"
    sed -i 's/cc >= 13/cc >= 10/' farm/recipes/greet/peipkg.toml
    peipkg-manager --config farm/config.toml retry greet > log 2>&1 || fail "$(cat log)"
    peipkg-manager --config farm/config.toml --once --strict > log 2>&1 || fail "$(cat log)"
    peipkg-repo show --repo farm/state/repo libgreet --provenance > shown
    grep -q "toolchain_12-1_x86_64.peipkg" shown || fail "$(cat shown log)"
    [ -z "$(ls -A farm/state/sources)" ] || fail "a root is left: $(ls -A farm/state/sources)"

    # What it has published is built again in a root of the same packages, although there are newer ones.
    peipkg-build build --recipe toolchain --source source --out newer --version 13-1 --source-ref test:toolchain \
        --timestamp "$when" --sign-key "$key" > log 2>&1 || fail "$(cat log)"
    peipkg-repo publish --in repository --new newer --sign-key "$key" --timestamp 2026-05-01T12:00:02Z --out repository \
        > log 2>&1 || fail "$(cat log)"
    printf '[reproduce]\nper_day = 1\n' >> farm/config.toml
    peipkg-manager --config farm/config.toml --once --strict > log 2>&1 || fail "$(cat log)"
    peipkg-manager --config farm/config.toml log greet > again || fail "there is no log"
    grep -q "toolchain = 12-1" again || fail "$(cat again)"
    peipkg-manager --config farm/config.toml status > standing || :
    grep -q "^reproduced  1 of 1;" standing || fail "$(cat standing again)"
    peipkg-repo show --repo farm/state/repo libgreet --provenance > shown
    assert_contains "rebuilt with the same bytes by" "$(cat shown)"
}
