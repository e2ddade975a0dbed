#!/bin/sh
set -eu

sh "$SOURCE_DIR/check.sh"

mkdir -p "$DESTDIR/etc" "$DESTDIR/usr/bin" "$DESTDIR/var/lib/notes"
cp "$SOURCE_DIR/notes.conf" "$DESTDIR/etc/notes.conf"
sed "s/@VERSION@/$(cat "$SOURCE_DIR/VERSION")/" "$SOURCE_DIR/notes.sh" > "$DESTDIR/usr/bin/notes"
