#!/bin/sh
# Builds the source tree in $SOURCE_DIR and installs it into $DESTDIR, in an empty directory and in a fixed environment.
# docs/recipe-reference.md lists its variables.
set -eu

# Build in a copy: the source tree must stay as it is, so that it can be built again. -a keeps the files' times, without
# which make would think that generated files are old.
cp -a "$SOURCE_DIR/." .

# Modules go to a directory of their own, where no other package's modules are, and the programs look there first.
# Nothing is fetched: what pyproject.toml needs to build must be installed, and what the program needs to run must be a
# dependency of the package.
python3 -m unittest discover
modules=/usr/share/$NAME
python3 -m pip install . --target "$DESTDIR$modules" --no-index --no-deps --no-build-isolation --no-compile \
  --no-cache-dir --disable-pip-version-check

# pip's record of the installation names the directory of the build.
find "$DESTDIR$modules" -path '*.dist-info/*' '(' -name direct_url.json -o -name RECORD ')' -exec rm -f {} +

mkdir -p "$DESTDIR/usr/bin"
for program in "$DESTDIR$modules"/bin/*; do
  sed -i "1s|.*|#!/usr/bin/python3|; 1a import sys; sys.path.insert(0, '$modules')" "$program"
  mv "$program" "$DESTDIR/usr/bin/"
done
rmdir "$DESTDIR$modules/bin"

mkdir -p "$DESTDIR/usr/share/man/man1"
cp -- *.1 "$DESTDIR/usr/share/man/man1/"
