#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR. The script runs in an empty directory, and its
# environment is SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH. See docs/recipe-reference.md.
set -eu

mkdir -p "$DESTDIR/usr/share/hello" "$DESTDIR/usr/share/doc/hello"
cp "$SOURCE_DIR/greeting.txt" "$DESTDIR/usr/share/hello/"
cp "$SOURCE_DIR/README" "$DESTDIR/usr/share/doc/hello/"
