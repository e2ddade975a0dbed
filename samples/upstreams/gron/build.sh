#!/bin/sh
set -eu
# What it imports is installed on the machine; without modules the go command looks there.
export GO111MODULE=off GOPATH="$PWD/go:/usr/share/gocode" GOCACHE="$PWD/cache"
mkdir -p go/src/github.com/tomnomnom
cp -a "$SOURCE_DIR" go/src/github.com/tomnomnom/gron
go build -o "$DESTDIR/usr/bin/gron" -ldflags "-s -w -X main.gronVersion=$VERSION" github.com/tomnomnom/gron
