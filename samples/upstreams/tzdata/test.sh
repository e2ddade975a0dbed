#!/bin/sh
set -eu
[ "$(TZ="$ROOT/usr/share/zoneinfo/Europe/Paris" date -d @0 +%H:%M)" = 01:00 ]
