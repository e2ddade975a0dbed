#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR. The script runs in an empty directory, and its
# environment is SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH. See docs/recipe-reference.md.
set -eu

# The path of the source tree differs between builds, so it must not get into the output.
flags="-O2 -ffile-prefix-map=$SOURCE_DIR=/usr/src/hello -ffile-prefix-map=$(pwd)=/usr/src/hello"

# prefix and libdir are where the files are once installed. DESTDIR is only where this build puts them.
meson setup --prefix=/usr --libdir=lib/x86_64-linux-peios --buildtype=plain -Dc_args="$flags" build "$SOURCE_DIR"
meson compile -C build
meson test -C build
DESTDIR="$DESTDIR" meson install -C build --no-rebuild
