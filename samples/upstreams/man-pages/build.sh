#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." .
make -j"$JOBS" install prefix=/usr DESTDIR="$DESTDIR"

# Compressed, as everywhere; besides, the page ld.so.8 has the name of a library.
find "$DESTDIR/usr/share/man" -type f -exec gzip -9n {} +
find "$DESTDIR/usr/share/man" -type l | while read -r link; do
    ln -s "$(readlink "$link").gz" "$link.gz"
    rm "$link"
done
