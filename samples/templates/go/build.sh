#!/bin/sh
# Installs into $DESTDIR what the source tree in $SOURCE_DIR holds. It runs in an empty directory with nothing in its
# environment but SOURCE_DIR, DESTDIR, SOURCE_DATE_EPOCH, LC_ALL=C, TZ=UTC and PATH; docs/recipe-reference.md has more.
set -eu

# The source tree is left as it is, so that it can be built again: the build happens in a copy.
cp -R "$SOURCE_DIR/." .

# go wants caches of its own. What is built is what go.mod names, vendored with the source ("go mod vendor"); nothing is
# fetched. -trimpath and the empty build id keep the path of this directory out of the program.
export GOCACHE="$PWD/.cache" GOPATH="$PWD/.go" GOPROXY=off GOFLAGS="-trimpath -buildvcs=false" CGO_ENABLED=0
go build -ldflags "-s -w -buildid=" -o hello .
go test ./...

mkdir -p "$DESTDIR/usr/bin" "$DESTDIR/usr/share/man/man1"
cp hello "$DESTDIR/usr/bin/"
cp hello.1 "$DESTDIR/usr/share/man/man1/"
