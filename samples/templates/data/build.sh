#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again. -a keeps the files' times, without
# which make would think that generated files are old.
cp -a "$SOURCE_DIR/." .

# What is generated must come out the same everywhere: sort in the C locale, which the environment sets, and write no
# times, numbers of a machine's byte order, or paths of the build.
make -j"$JOBS"
make check
make install DESTDIR="$DESTDIR" datadir="/usr/share/$NAME" docdir="/usr/share/doc/$NAME"
