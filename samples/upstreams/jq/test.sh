#!/bin/sh
set -eu
export LD_LIBRARY_PATH="$ROOT$LIBDIR"
[ "$(echo '{"a":[1,2]}' | "$ROOT/usr/bin/jq" -c '.a | add')" = 3 ]
