#!/bin/sh
set -eu
export LD_LIBRARY_PATH="$ROOT$LIBDIR"
[ "$(echo text | "$ROOT/usr/bin/xz" -c | "$ROOT/usr/bin/xzcat")" = text ]
