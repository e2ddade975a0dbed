#!/bin/sh
# Installs into $DESTDIR what the source tree in $SOURCE_DIR holds. It runs in an empty directory with nothing in its
# environment but SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH; docs/recipe-reference.md has more.
set -eu

# The path of this directory differs from build to build and must not reach what is built.
flags="-O2 -ffile-prefix-map=$(pwd)=/usr/src/hello"

# prefix and libdir say where files are in the end, DESTDIR only where they are put for now.
cmake -S "$SOURCE_DIR" -B . \
  -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$flags" -DCMAKE_SKIP_INSTALL_RPATH=ON \
  -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR=lib/x86_64-linux-peios
cmake --build . --parallel "$(nproc)"
ctest --output-on-failure
DESTDIR="$DESTDIR" cmake --install .
