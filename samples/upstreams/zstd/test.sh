#!/bin/sh
set -eu
export LD_LIBRARY_PATH="$ROOT$LIBDIR"
[ "$(echo text | "$ROOT/usr/bin/zstd" -c | "$ROOT/usr/bin/zstdcat")" = text ]
