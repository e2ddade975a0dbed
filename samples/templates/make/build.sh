#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again. -a keeps the files' times, without
# which make would think that generated files are old.
cp -a "$SOURCE_DIR/." .

# prefix and libdir are where the files are once installed. DESTDIR is only where this build puts them.
set -- prefix=/usr libdir="$LIBDIR" CFLAGS="$CFLAGS" CXXFLAGS="$CXXFLAGS" LDFLAGS="$LDFLAGS"
make -j"$JOBS" "$@"
make check "$@"
make install DESTDIR="$DESTDIR" "$@"
