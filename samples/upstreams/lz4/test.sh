#!/bin/sh
set -eu
export LD_LIBRARY_PATH="$ROOT$LIBDIR"
[ "$(echo text | "$ROOT/usr/bin/lz4" -c | "$ROOT/usr/bin/lz4cat")" = text ]
