#!/usr/bin/env bash
# Times the tools on this machine and prints one line for each figure.
#
#   bash tests/Benchmarks/run.sh [pack|build|check|publish|verify|farm]...    everything when nothing is named
#
# Inputs are made once under artifacts/bench, from fixed seeds and from packages of Debian 12; results go to
# artifacts/bench/results.txt as well. What is compared with something else runs in turns with it, and the figure is the
# median of the ratios, because a machine is not equally fast all the time.
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=.ci/common.sh
. .ci/common.sh

bench=$PWD/artifacts/bench
bin=$PWD/artifacts/bin
results=$bench/results.txt
cores=$(nproc)
mkdir -p "$bench"
: >"$results"
install_missing "$bench/apt.log" hyperfine=hyperfine zstd=zstd cc=gcc /usr/include/zlib.h=zlib1g-dev git=git openssl=openssl /usr/bin/time=time

bash .ci/publish.sh >"$bench/publish.log" 2>&1 || { cat "$bench/publish.log" >&2; exit 1; }
trap stop_compiler EXIT
dotnet build tests/Benchmarks -c Release --nologo -v q >"$bench/publish.log" 2>&1 || { cat "$bench/publish.log" >&2; exit 1; }
inputs() { dotnet tests/Benchmarks/bin/Release/net10.0/Benchmarks.dll "$@"; }

figure() { printf '%-58s %s\n' "$1" "$2" | tee -a "$results"; }
mean() { # name, command: mean seconds of five runs after one to warm up
    hyperfine --warmup 1 --runs "${runs:-5}" ${prepare:+--prepare "$prepare"} --shell=bash --export-json "$bench/time.json" "$2" >/dev/null
    seconds=$(sed -n 's/^ *"mean": \([0-9.]*\),*$/\1/p' "$bench/time.json")
    figure "$1" "$(LC_ALL=C printf '%.3f s' "$seconds")"
}
peak() { # name, command...: peak resident memory
    local name=$1
    shift
    /usr/bin/time -f %M -o "$bench/peak" "$@" >/dev/null
    figure "$name" "$(($(tail -n 1 "$bench/peak") / 1024)) MiB"
}

# paired NAME OTHER COMMAND: the two in turns. Prints medians: COMMAND / OTHER in wall and in processor time, and the wall time
# and the peak memory of COMMAND.
paired() {
    local turn command
    : >"$bench/turns"
    for ((turn = 0; turn < ${runs:-5}; turn++)); do
        for command in "$2" "$3"; do
            /usr/bin/time -f '%e %U %S %M' -o "$bench/turn" bash -c "$command" >/dev/null
            tail -n 1 "$bench/turn" >>"$bench/turns"
        done
    done
    # shellcheck disable=SC2016 # awk expands them
    figure "$1" "wall $(turns '$1 / wall'), processor $(turns '($2 + $3) / processor'), $(turns '$1') s, $(turns '$4 / 1024' '%d') MiB"
}

# turns EXPRESSION [FORMAT]: the median of a figure of the second command, in terms of what the first took.
turns() {
    LC_ALL=C awk "NR % 2 { wall = \$1; processor = \$2 + \$3; next } { print $1 }" "$bench/turns" | LC_ALL=C sort -g |
        LC_ALL=C awk -v format="${2:-%.2f}" '{ v[NR] = $1 } END { printf format, (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2 }'
}

# The machine, since its load and its caches are part of every figure.
machine() {
    figure "$(LC_ALL=C lscpu | sed -n 's/^Model name: *//p' | head -n 1), $cores cores" \
        "third-level cache $(LC_ALL=C lscpu | sed -n 's/^L3 cache: *//p'), load $(cut -d ' ' -f 1 /proc/loadavg)"
}

[ -f "$bench/key.pem" ] || "$bin/peipkg-repo" keygen --out "$bench/key.pem" >/dev/null
manifest() { # name
    cat >"$bench/$1.json" <<EOF
{"schema_version":1,"name":"$1","version":"1.0-1","architecture":"noarch","description":"A benchmark.","license":"MIT","homepage":"","dependencies":[],"optional_dependencies":[],"conflicts":[],"provides":[],"replaces":[],"side_effects":[],"size_installed":0,"sd_overrides":[],"build":{"timestamp":"2026-05-01T12:00:00Z","farm_id":"bench","source_ref":"bench://$1"}}
EOF
}

# archive TREE: `pack` of a tree and what tar and zstd make of it, in turns, and the ratio of the sizes. Debian puts files where
# only special system packages may have them.
archive() {
    local tree=$bench/trees/$1
    manifest "$1"
    sed -i 's/"noarch"/"x86_64"/; s/"size_installed"/"special_system_package":true,&/' "$bench/$1.json"
    paired "pack / tar | zstd -9 -T$cores: $1, $(du -sm --apparent-size "$tree" | cut -f 1) MB" \
        "tar -C $tree -c . | zstd -9 -T$cores -q -f -o $bench/$1.tar.zst" \
        "$bin/peipkg-build pack -q --edition pspu-5 --manifest $bench/$1.json --staged $tree --out $bench/$1.peipkg 2> /dev/null"
    figure "    size" "$(awk "BEGIN { printf \"%.3f\", $(stat -c %s "$bench/$1.peipkg") / $(stat -c %s "$bench/$1.tar.zst") }")"
    rm "$bench/$1.peipkg" "$bench/$1.tar.zst"
}

pack() {
    local tree
    bash tests/Benchmarks/trees.sh "$bench/trees"
    [ -d "$bench/empty" ] || inputs empty "$bench/empty" 99000
    [ -f "$bench/random/usr/share/random/blob" ] || inputs random "$bench/random/usr/share/random/blob" 1024
    manifest empty
    manifest random
    for tree in source gcc doc sdk binaries tiny; do
        runs=3 archive "$tree"
    done
    mean "pack: 99,000 empty files" "$bin/peipkg-build pack --manifest $bench/empty.json --staged $bench/empty --out $bench/empty.peipkg"
    peak "pack: 99,000 empty files, peak memory" "$bin/peipkg-build" pack --manifest "$bench/empty.json" --staged "$bench/empty" --out "$bench/empty.peipkg"
    runs=3 paired "pack / zstd -9 -T$cores: 1 GiB incompressible" "zstd -9 -T$cores -q -f $bench/random/usr/share/random/blob -o $bench/random.zst" \
        "$bin/peipkg-build pack --manifest $bench/random.json --staged $bench/random --out $bench/random.peipkg"
    rm -f "$bench/random.zst" "$bench/random.peipkg"
}

build() {
    mean "build: samples/hello, whole process" "$bin/peipkg-build build --recipe samples/hello/recipe/peipkg.toml --source samples/hello/source --version 0.1-1 --source-ref bench://hello --farm-id bench --timestamp 2026-05-01T12:00:00Z --out $bench/hello --sign-key $bench/key.pem"
}

check() {
    [ -d "$bench/recipes" ] || inputs recipes "$bench/recipes" 1000
    mean "check: 1,000 recipes" "$bin/peipkg-build check $bench/recipes"
    peak "check: peak memory" "$bin/peipkg-build" check "$bench/recipes"
}

repository() { # directory names versions
    [ -d "$bench/$1" ] || inputs packages "$bench/$1" "$2" "$3" "$bench/key.pem"
}

publish() {
    repository p6000 6000 1
    [ -d "$bench/one" ] || inputs packages "$bench/one" 6001 1 "$bench/key.pem"
    find "$bench/one" -name '*.peipkg' ! -name 'package-06000_*' -delete
    "$bin/peipkg-repo" init --help >/dev/null
    # Moved away, not removed: for a while ext4 passes over inodes that were just freed, and looks long for others.
    rm -rf "$bench/used"
    mkdir "$bench/used"
    local away="{ [ ! -d $bench/repo ] || mv $bench/repo $bench/used/\$(date +%s%N); }"
    local init="$away && $bin/peipkg-repo init --name bench --sign-key $bench/key.pem --timestamp 2026-05-01T12:00:00Z --out $bench/repo"
    local publish="$bin/peipkg-repo publish --in $bench/repo --out $bench/repo --sign-key $bench/key.pem --timestamp 2026-05-02T12:00:00Z"
    runs=3 prepare=$init mean "publish: 6,000 new small packages, fully verified" "$publish --new $bench/p6000"
    rm -rf "$bench/repo6000"
    cp -al "$bench/repo" "$bench/repo6000"
    # A repository at rest: what the copying left for the disk to do is done, its own cache included.
    local rest="sync && dd if=/dev/zero of=$bench/flushed bs=1 count=1 conv=fsync status=none"
    prepare="$away && cp -al $bench/repo6000 $bench/repo && $rest" mean "publish: one package into 6,000" "$publish --new $bench/one"
    prepare="$away && cp -al $bench/repo6000 $bench/repo && $rest" mean "publish --no-site: the same" "$publish --new $bench/one --no-site"
    if [ ! -d "$bench/repo100000" ]; then
        repository p100000 5000 20
        eval "$init"
        $publish --new "$bench/p100000" >/dev/null
        mv "$bench/repo" "$bench/repo100000"
        rm -rf "$bench/p100000"
    fi
    # Only the documents are copied: no run looks at the packages that are published already.
    local documents="$away && mkdir $bench/repo && cp -a $bench/repo100000/{keys,index,site,repo.json,repo.json.sig,index.html,package.html} $bench/repo/"
    prepare=$documents mean "publish: one package into 100,000" "$publish --new $bench/one"
    eval "$documents"
    # shellcheck disable=SC2086 # words of a command
    peak "publish: one package into 100,000, peak memory" $publish --new "$bench/one"
    mean "audit: 6,000 active packages" "$bin/peipkg-repo audit --repo $bench/repo6000"
    mean "verify --mode metadata: 6,000 packages" "$bin/peipkg-repo verify --repo $bench/repo6000 --mode metadata"
    mean "verify --mode both: 6,000 packages" "$bin/peipkg-repo verify --repo $bench/repo6000"
    rm -rf "$bench/used"
}

# Packages that do not compress: what takes time is SHA-256, of the file, of the archive in it, and of the file in that.
verify() {
    [ -f "$bench/random64" ] || inputs random "$bench/random64" 64
    if [ ! -d "$bench/repo-big" ]; then
        local name
        rm -rf "$bench/big" "$bench/new-big"
        mkdir "$bench/new-big"
        for name in big-{1..8}; do
            mkdir -p "$bench/big/usr/share/$name"
            ln "$bench/random64" "$bench/big/usr/share/$name/blob"
            manifest "$name"
            "$bin/peipkg-build" pack --manifest "$bench/$name.json" --staged "$bench/big" --out "$bench/new-big/${name}_1.0-1_noarch.peipkg" \
                --sign-key "$bench/key.pem" >/dev/null
            rm -r "$bench/big" "$bench/$name.json"
        done
        "$bin/peipkg-repo" init --name bench --sign-key "$bench/key.pem" --timestamp 2026-05-01T12:00:00Z --out "$bench/repo-big" >/dev/null
        "$bin/peipkg-repo" publish --in "$bench/repo-big" --out "$bench/repo-big" --new "$bench/new-big" --sign-key "$bench/key.pem" \
            --timestamp 2026-05-02T12:00:00Z >/dev/null
        rm -r "$bench/new-big"
    fi
    mean "openssl dgst -sha256, $cores at once: 512 MiB" "find $bench/repo-big/p -name '*.peipkg' -print0 | xargs -0 -n 1 -P $cores openssl dgst -sha256"
    local reference=$seconds
    mean "verify --mode hashes: 512 MiB of packages" "$bin/peipkg-repo verify --repo $bench/repo-big --mode hashes"
    figure "verify --mode hashes / SHA-256's speed" "$(awk "BEGIN { printf \"%.2f\", $reference / $seconds }")"
    mean "verify: 512 MiB of packages, whole" "$bin/peipkg-repo verify --repo $bench/repo-big"
    figure "verify / SHA-256's speed, over its three digests" "$(awk "BEGIN { printf \"%.2f\", 3 * $reference / $seconds }")"
}

farm() {
    inputs farm "$bench/farm" "$bin" | tee -a "$results"
}

machine
for part in "${@:-pack build check publish verify farm}"; do
    for name in $part; do
        "$name"
    done
done
