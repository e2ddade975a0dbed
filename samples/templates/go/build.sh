#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR. The script runs in an empty directory, and its
# environment is SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH. See docs/recipe-reference.md.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again.
cp -R "$SOURCE_DIR/." .

# go needs its own caches. Vendor the modules that go.mod names with the source ("go mod vendor"), because the build
# fetches nothing. -trimpath and the empty build id keep the path of this directory out of the program.
export GOCACHE="$PWD/.cache" GOPATH="$PWD/.go" GOPROXY=off GOFLAGS="-trimpath -buildvcs=false" CGO_ENABLED=0
go build -ldflags "-s -w -buildid=" -o hello .
go test ./...

mkdir -p "$DESTDIR/usr/bin" "$DESTDIR/usr/share/man/man1"
cp hello "$DESTDIR/usr/bin/"
cp hello.1 "$DESTDIR/usr/share/man/man1/"
