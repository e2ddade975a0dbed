#!/bin/sh
set -eu

# The source tree is read-only by convention, so the build happens in a copy.
cp -R "$SOURCE_DIR/." .

# The path of this directory differs from build to build and must not reach the library.
make -j"$(nproc)" \
  PREFIX=/usr \
  LIBDIR=/usr/lib/x86_64-linux-peios \
  CFLAGS="-O2 '-ffile-prefix-map=$(pwd)=/usr/src/libgreet'"
make check
make install DESTDIR="$DESTDIR" PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-peios
