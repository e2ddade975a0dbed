#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

# prefix and libdir are where the files are once installed. DESTDIR is only where this build puts them.
meson setup --prefix=/usr --libdir="$LIBDIR" --buildtype=plain build "$SOURCE_DIR"
meson compile -C build -j "$JOBS"
meson test -C build
DESTDIR="$DESTDIR" meson install -C build --no-rebuild
