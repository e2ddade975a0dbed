#!/bin/sh
# Installs into $DESTDIR what the source tree in $SOURCE_DIR holds. It runs in an empty directory with nothing in its
# environment but SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH; docs/recipe-reference.md has more.
set -eu

# The path of the source tree differs from build to build and must not reach what is built.
flags="-O2 -ffile-prefix-map=$SOURCE_DIR=/usr/src/hello -ffile-prefix-map=$(pwd)=/usr/src/hello"

# prefix and libdir say where files are in the end, DESTDIR only where they are put for now.
meson setup --prefix=/usr --libdir=lib/x86_64-linux-peios --buildtype=plain -Dc_args="$flags" build "$SOURCE_DIR"
meson compile -C build
meson test -C build
DESTDIR="$DESTDIR" meson install -C build --no-rebuild
