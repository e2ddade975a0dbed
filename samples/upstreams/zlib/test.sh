#!/bin/sh
set -eu
cat > test.c <<'END'
#include <string.h>
#include <zlib.h>
int main(void) { return strcmp(zlibVersion(), ZLIB_VERSION) != 0; }
END
cc -I "$ROOT/usr/include" test.c -o test -L "$ROOT$LIBDIR" -lz
LD_LIBRARY_PATH="$ROOT$LIBDIR" ./test
