#!/bin/sh
set -eu
[ "$(echo '{"a":1}' | "$ROOT/usr/bin/gron" --monochrome | tail -n 1)" = "json.a = 1;" ]
