#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." .
[ -x configure ] || autoreconf --install --force
./configure --prefix=/usr --disable-dependency-tracking
make -j"$JOBS"
make install DESTDIR="$DESTDIR"
