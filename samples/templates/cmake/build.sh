#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

# prefix and libdir are where the files are once installed. DESTDIR is only where this build puts them.
cmake -S "$SOURCE_DIR" -B . -DCMAKE_BUILD_TYPE=None -DCMAKE_SKIP_INSTALL_RPATH=ON \
  -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR="${LIBDIR#/usr/}"
cmake --build . --parallel "$JOBS"
ctest --output-on-failure
DESTDIR="$DESTDIR" cmake --install .
