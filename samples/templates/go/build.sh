#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again. -a keeps the files' times, without
# which make would think that generated files are old.
cp -a "$SOURCE_DIR/." .

# Vendor the modules that go.mod names with the source ("go mod vendor"), because the build fetches nothing. The build id
# and symbols would only make the programs larger.
export GOPROXY=off CGO_ENABLED=0 GOBIN="$DESTDIR/usr/bin"
go test ./...
go install -ldflags "-s -w -buildid=" ./...

mkdir -p "$DESTDIR/usr/share/man/man1"
cp -- *.1 "$DESTDIR/usr/share/man/man1/"
