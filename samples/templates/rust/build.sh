#!/bin/sh
# Installs into $DESTDIR what the source tree in $SOURCE_DIR holds. It runs in an empty directory with nothing in its
# environment but SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH; docs/recipe-reference.md has more.
set -eu

# The source tree is left as it is, so that it can be built again: the build happens in a copy.
cp -R "$SOURCE_DIR/." .

# cargo wants a home of its own. --locked --offline: what is built is what Cargo.lock names, vendored with the source
# ("cargo vendor"), and nothing is fetched.
export CARGO_HOME="$PWD/.cargo-home"
export RUSTFLAGS="--remap-path-prefix=$PWD=/usr/src/hello -C strip=symbols"
cargo build --release --locked --offline
cargo test --release --locked --offline

mkdir -p "$DESTDIR/usr/bin" "$DESTDIR/usr/share/man/man1"
cp target/release/hello "$DESTDIR/usr/bin/"
cp hello.1 "$DESTDIR/usr/share/man/man1/"
