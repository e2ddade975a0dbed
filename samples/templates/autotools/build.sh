#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR. The script runs in an empty directory, and its
# environment is SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH. See docs/recipe-reference.md.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again.
cp -R "$SOURCE_DIR/." .

# The path of this directory differs between builds, so it must not get into the output.
flags="-O2 -ffile-prefix-map=$(pwd)=/usr/src/hello"

# A release archive contains a configure script. A tag of the repository usually does not, so make it.
[ -x configure ] || autoreconf --install --force

# prefix and libdir are where the files are once installed. DESTDIR is only where this build puts them.
./configure --prefix=/usr --libdir=/usr/lib/x86_64-linux-peios --disable-dependency-tracking CFLAGS="$flags"
make -j"$(nproc)"
make check
make install DESTDIR="$DESTDIR"

# libtool archives contain paths of the build, and nothing needs them to link.
find "$DESTDIR" -name '*.la' -exec rm -f {} +
