# shellcheck shell=bash disable=SC2154
# peipkg-build as people get it: one file, on a machine that has nothing for it but the C library.

# libraries_of PROGRAM: the files that the loader wants for it.
libraries_of() {
    ldd "$1" | grep -oE '/[^ ]+' | sort -u
}

# alone COMMAND...: runs it in ./empty on a machine that holds the program, busybox and their libraries; no
# repository, no SDK, no OpenSSL, no libsodium.
alone() {
    local file tool view=()
    for file in $({ libraries_of "$PEIPKG_BUILD"; libraries_of "$(command -v busybox)"; } | sort -u); do
        view+=(--ro-bind "$file" "$file")
    done
    for tool in sh cp mkdir head cat; do view+=(--symlink busybox "/bin/$tool"); done
    bwrap --unshare-all --clearenv --setenv PATH /bin --proc /proc --dev /dev --tmpfs /tmp "${view[@]}" \
        --ro-bind "$(command -v busybox)" /bin/busybox --ro-bind "$PEIPKG_BUILD" /bin/peipkg-build \
        --ro-bind "$key" /key.pem --ro-bind "$public_key" /key.pub --bind empty /empty --chdir /empty "$@"
}

test_peipkg_build_needs_no_library_but_the_C_librarys_own() {
    local library
    for library in $(libraries_of "$PEIPKG_BUILD"); do
        case ${library##*/} in
            libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | ld-linux-*) ;;
            *) fail "peipkg-build needs $library" ;;
        esac
    done
}

test_the_shipped_file_does_everything_on_a_machine_with_nothing_else() {
    mkdir empty
    alone peipkg-build --version
    alone peipkg-build new greeting --template files
    # More than a little to hash, so that whoever would rather leave that to a library asks for it.
    head -c 3000000 /dev/urandom > empty/greeting/source/noise
    # shellcheck disable=SC2016 # the script's own variables
    echo 'cp "$SOURCE_DIR/noise" "$DESTDIR/usr/share/$NAME/"' >> empty/greeting/build.sh
    sed -i 's/FIXME/filled-in/' empty/greeting/peipkg.toml
    alone peipkg-build check greeting --deny warnings
    alone peipkg-build build --recipe greeting/peipkg.toml --source greeting/source --version 1.0.0-1 \
        --source-ref test://greeting --farm-id test --timestamp "$when" --out out --sign-key /key.pem
    alone peipkg-build verify --key /key.pub out/greeting_1.0.0-1_noarch.peipkg
    alone peipkg-build reproduce out/greeting_1.0.0-1_noarch.peipkg --recipe greeting/peipkg.toml --source greeting/source --sign-key /key.pem
    alone peipkg-build inspect out/greeting_1.0.0-1_noarch.peipkg
    alone peipkg-build extract out/greeting_1.0.0-1_noarch.peipkg --to tree
    cmp empty/tree/usr/share/greeting/noise empty/greeting/source/noise
    peipkg-build build --recipe empty/greeting/peipkg.toml --source empty/greeting/source --version 1.0.0-1 \
        --source-ref test://greeting --farm-id test --timestamp "$when" --out here --sign-key "$key"
    cmp here/greeting_1.0.0-1_noarch.peipkg empty/out/greeting_1.0.0-1_noarch.peipkg
}

test_without_bubblewrap_a_sandbox_is_refused_by_the_name_of_the_package() {
    mkdir empty
    alone peipkg-build new greeting --template files
    expect_exit 1 alone peipkg-build build --sandbox --recipe greeting/peipkg.toml --source greeting/source --version 1.0.0-1 \
        --source-ref test://greeting --farm-id test --timestamp "$when" --out out
    assert_contains 'install the package "bubblewrap"' "$err"
    [ ! -e empty/out ] || fail "something was built without the sandbox that was asked for"
}

test_peipkg_build_is_under_10_MB() {
    [ "$(stat -c %s "$PEIPKG_BUILD")" -lt 10000000 ] || fail "it has $(stat -c %s "$PEIPKG_BUILD") bytes"
}

test_peipkg_build_starts_in_less_than_15_milliseconds() {
    # The machine may be busy: the best of many is what the program itself takes.
    local best=1000000 began took
    for _ in $(seq 40); do
        began=${EPOCHREALTIME/./}
        "$PEIPKG_BUILD" --version > /dev/null
        took=$((${EPOCHREALTIME/./} - began))
        [ "$took" -ge "$best" ] || best=$took
    done
    [ "$best" -lt 15000 ] || fail "it takes $best microseconds"
}
