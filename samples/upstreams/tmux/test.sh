#!/bin/sh
set -eu
[ "$("$ROOT/usr/bin/tmux" -V)" = "tmux $VERSION" ]
