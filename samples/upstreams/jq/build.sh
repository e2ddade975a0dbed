#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." .
[ -x configure ] || autoreconf --install --force
./configure --prefix=/usr --libdir="$LIBDIR" --disable-dependency-tracking --disable-maintainer-mode --without-oniguruma
make -j"$JOBS"
make install DESTDIR="$DESTDIR"
rm "$DESTDIR$LIBDIR/libjq.la"
