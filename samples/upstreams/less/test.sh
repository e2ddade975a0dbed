#!/bin/sh
set -eu
"$ROOT/usr/bin/less" --version | grep -q "^less $VERSION "
