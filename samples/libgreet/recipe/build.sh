#!/bin/sh
set -eu

# Build in a copy: the source tree must stay as it is.
cp -R "$SOURCE_DIR/." .

# The path of this directory differs between builds, so it must not get into the library.
make -j"$(nproc)" \
  PREFIX=/usr \
  LIBDIR=/usr/lib/x86_64-linux-peios \
  CFLAGS="-O2 '-ffile-prefix-map=$(pwd)=/usr/src/libgreet'"
make check
make install DESTDIR="$DESTDIR" PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-peios
