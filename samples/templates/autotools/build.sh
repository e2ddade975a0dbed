#!/bin/sh
# Installs into $DESTDIR what the source tree in $SOURCE_DIR holds. It runs in an empty directory with nothing in its
# environment but SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH; docs/recipe-reference.md has more.
set -eu

# The source tree is left as it is, so that it can be built again: the build happens in a copy.
cp -R "$SOURCE_DIR/." .

# The path of this directory differs from build to build and must not reach what is built.
flags="-O2 -ffile-prefix-map=$(pwd)=/usr/src/hello"

# A release archive has a configure script; a tag of the repository mostly needs it made.
[ -x configure ] || autoreconf --install --force

# prefix and libdir say where files are in the end, DESTDIR only where they are put for now.
./configure --prefix=/usr --libdir=/usr/lib/x86_64-linux-peios --disable-dependency-tracking CFLAGS="$flags"
make -j"$(nproc)"
make check
make install DESTDIR="$DESTDIR"

# libtool archives hold paths of the build and are not needed to link.
find "$DESTDIR" -name '*.la' -exec rm -f {} +
