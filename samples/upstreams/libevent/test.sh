#!/bin/sh
set -eu
cat > test.c <<'END'
#include <event2/event.h>
int main(void) { struct event_base *base = event_base_new(); return base == 0 || event_base_dispatch(base) != 1; }
END
cc -I "$ROOT/usr/include" test.c -o test -L "$ROOT$LIBDIR" -levent
LD_LIBRARY_PATH="$ROOT$LIBDIR" ./test
