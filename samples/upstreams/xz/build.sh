#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." .
./configure --prefix=/usr --libdir="$LIBDIR" --disable-dependency-tracking
make -j"$JOBS"
make check
make install DESTDIR="$DESTDIR"
rm "$DESTDIR$LIBDIR/liblzma.la"
