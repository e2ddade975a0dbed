#!/bin/sh
set -eu
meson setup --prefix=/usr --libdir="$LIBDIR" --buildtype=plain -Dbin_contrib=false "$SOURCE_DIR/build/meson" .
meson compile -j "$JOBS"
meson install --destdir "$DESTDIR"
