#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." .
./configure --prefix=/usr --libdir="$LIBDIR"
make -j"$JOBS"
make check
make install DESTDIR="$DESTDIR"
