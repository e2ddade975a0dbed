#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

mkdir -p "$DESTDIR/usr/share/$NAME" "$DESTDIR/usr/share/doc/$NAME"
cp "$SOURCE_DIR/greeting.txt" "$DESTDIR/usr/share/$NAME/"
cp "$SOURCE_DIR/README" "$DESTDIR/usr/share/doc/$NAME/"
