#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again. -a keeps the files' times, without
# which make would think that generated files are old.
cp -a "$SOURCE_DIR/." .

# Vendor the crates that Cargo.lock names with the source ("cargo vendor"), because --locked --offline fetches nothing.
export CARGO_PROFILE_RELEASE_STRIP=symbols
cargo build --release --locked --offline
cargo test --release --locked --offline
cargo install --path . --root "$DESTDIR/usr" --target-dir target --no-track --locked --offline

mkdir -p "$DESTDIR/usr/share/man/man1"
cp -- *.1 "$DESTDIR/usr/share/man/man1/"
