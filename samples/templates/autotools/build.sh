#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again. -a keeps the files' times, without
# which make would think that generated files are old.
cp -a "$SOURCE_DIR/." .

# A release archive contains a configure script. A tag of the repository usually does not, so make it.
[ -x configure ] || autoreconf --install --force

# prefix and libdir are where the files are once installed. DESTDIR is only where this build puts them.
./configure --prefix=/usr --libdir="$LIBDIR" --disable-dependency-tracking
make -j"$JOBS"
make check
make install DESTDIR="$DESTDIR"

# libtool archives contain paths of the build, and nothing needs them to link.
find "$DESTDIR" -name '*.la' -exec rm -f {} +
