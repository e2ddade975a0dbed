#!/bin/sh
set -eu
cd "$SOURCE_DIR"
zic -b fat -d "$DESTDIR/usr/share/zoneinfo" africa antarctica asia australasia europe northamerica southamerica etcetera factory backward
cp iso3166.tab zone.tab zone1970.tab "$DESTDIR/usr/share/zoneinfo/"
