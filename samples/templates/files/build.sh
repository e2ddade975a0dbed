#!/bin/sh
# Installs into $DESTDIR what the source tree in $SOURCE_DIR holds. It runs in an empty directory with nothing in its
# environment but SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH; docs/recipe-reference.md has more.
set -eu

mkdir -p "$DESTDIR/usr/share/hello" "$DESTDIR/usr/share/doc/hello"
cp "$SOURCE_DIR/greeting.txt" "$DESTDIR/usr/share/hello/"
cp "$SOURCE_DIR/README" "$DESTDIR/usr/share/doc/hello/"
