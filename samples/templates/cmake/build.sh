#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR. The script runs in an empty directory, and its
# environment is SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH. See docs/recipe-reference.md.
set -eu

# The path of this directory differs between builds, so it must not get into the output.
flags="-O2 -ffile-prefix-map=$(pwd)=/usr/src/hello"

# prefix and libdir are where the files are once installed. DESTDIR is only where this build puts them.
cmake -S "$SOURCE_DIR" -B . \
  -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$flags" -DCMAKE_SKIP_INSTALL_RPATH=ON \
  -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR=lib/x86_64-linux-peios
cmake --build . --parallel "$(nproc)"
ctest --output-on-failure
DESTDIR="$DESTDIR" cmake --install .
