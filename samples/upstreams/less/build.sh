#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." .
./configure --prefix=/usr --sysconfdir=/etc
make -j"$JOBS"
make install DESTDIR="$DESTDIR"
