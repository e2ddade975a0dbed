#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." .
autoreconf --install --force
./configure --prefix=/usr --libdir="$LIBDIR" --disable-dependency-tracking --disable-openssl
make -j"$JOBS"
make install DESTDIR="$DESTDIR"
rm "$DESTDIR$LIBDIR"/*.la
