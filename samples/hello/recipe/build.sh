#!/bin/sh
set -eu
cp -a "$SOURCE_DIR/." "$DESTDIR/"
