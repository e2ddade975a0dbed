#!/bin/sh
set -eu
gzip -dc "$ROOT/usr/share/man/man2/open.2.gz" | grep -q O_NOFOLLOW
