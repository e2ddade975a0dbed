#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." .
make -j"$JOBS" PREFIX=/usr LIBDIR="$LIBDIR"
make install PREFIX=/usr LIBDIR="$LIBDIR" DESTDIR="$DESTDIR"
