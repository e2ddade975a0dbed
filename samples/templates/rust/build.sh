#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR. The script runs in an empty directory, and its
# environment is SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH. See docs/recipe-reference.md.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again.
cp -R "$SOURCE_DIR/." .

# cargo needs its own home. Vendor the crates that Cargo.lock names with the source ("cargo vendor"), because
# --locked --offline fetches nothing.
export CARGO_HOME="$PWD/.cargo-home"
export RUSTFLAGS="--remap-path-prefix=$PWD=/usr/src/hello -C strip=symbols"
cargo build --release --locked --offline
cargo test --release --locked --offline

mkdir -p "$DESTDIR/usr/bin" "$DESTDIR/usr/share/man/man1"
cp target/release/hello "$DESTDIR/usr/bin/"
cp hello.1 "$DESTDIR/usr/share/man/man1/"
