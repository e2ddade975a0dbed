#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR. The script runs in an empty directory, and its
# environment is SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH. See docs/recipe-reference.md.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again.
cp -R "$SOURCE_DIR/." .

# The path of this directory differs between builds, so it must not get into the output.
flags="-O2 -ffile-prefix-map=$(pwd)=/usr/src/hello"

# prefix and libdir are where the files are once installed. DESTDIR is only where this build puts them.
make -j"$(nproc)" prefix=/usr libdir=/usr/lib/x86_64-linux-peios CFLAGS="$flags"
make check CFLAGS="$flags"
make install DESTDIR="$DESTDIR" prefix=/usr libdir=/usr/lib/x86_64-linux-peios
