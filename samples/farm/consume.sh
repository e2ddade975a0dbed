#!/usr/bin/env bash
# Fetches a whole repository over HTTP and verifies it as a consumer would, using only its documents
# and curl, jq, openssl, zstd, tar and sha256sum, but no program of this project.
# usage: bash samples/farm/consume.sh URL FINGERPRINT DIRECTORY
#   FINGERPRINT must come from a trusted place: 64 hexadecimal digits, spaces allowed.
#   DIRECTORY   receives a copy of everything fetched; must be empty or absent.
set -euo pipefail

[ $# -eq 3 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
url=${1%/}
fingerprint=$(printf '%s' "$2" | tr -d ' ')
copy=$3
[[ $fingerprint =~ ^[0-9a-f]{64}$ ]] || { echo "consume: '$2' is not a fingerprint" >&2; exit 2; }
mkdir -p "$copy"
[ -z "$(ls -A "$copy")" ] || { echo "consume: $copy is not empty" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

refuse() {
    printf 'consume: REFUSED: %s\n' "$*" >&2
    exit 1
}

# fetch PATH: PATH is relative to the repository and starts with a slash.
fetch() {
    case $1 in
        *..* | *//* | [!/]*) refuse "$1 is not a path below the repository" ;;
    esac
    mkdir -p "$copy$(dirname "$1")"
    curl --fail --silent --show-error --path-as-is -o "$copy$1" "$url$1" || refuse "$url$1 cannot be fetched"
}

# check_signature DIGEST ENVELOPE WHAT: the envelope signs the 32 bytes in the file DIGEST.
check_signature() {
    local encoded
    jq -e '(keys == ["algorithm", "key_fingerprint", "schema_version", "signature"])
           and .schema_version == 1 and .algorithm == "ed25519"' "$2" > /dev/null ||
        refuse "$3: the signature is not an ed25519 envelope"
    [ "$(jq -r .key_fingerprint "$2")" = "$fingerprint" ] || refuse "$3 is signed by another key"
    encoded=$(jq -r .signature "$2")
    while [ $((${#encoded} % 4)) -ne 0 ]; do encoded=$encoded=; done
    printf '%s' "$encoded" | base64 -d > "$work/signature"
    openssl pkeyutl -verify -pubin -inkey "$copy/keys/$fingerprint.pub" -rawin \
        -in "$1" -sigfile "$work/signature" > /dev/null 2>&1 || refuse "$3: the signature does not hold"
}

check_document() {
    openssl dgst -sha256 -binary "$copy$1" > "$work/digest"
    check_signature "$work/digest" "$copy$1.sig" "$1"
}

# The key comes from the repository, but is trusted only because of its fingerprint.
fetch "/keys/$fingerprint.pub"
actual=$(openssl pkey -pubin -in "$copy/keys/$fingerprint.pub" -outform DER | tail -c 32 | sha256sum | cut -c 1-64)
[ "$actual" = "$fingerprint" ] || refuse "the key at /keys/$fingerprint.pub has the fingerprint $actual"

fetch /repo.json
fetch /repo.json.sig
check_document /repo.json
jq -e --arg fp "$fingerprint" '.repo.signing.keys | any(.fingerprint == $fp and .status == "active")' \
    "$copy/repo.json" > /dev/null || refuse "repo.json does not list the key as active"

active=$(jq -r .indexes.active.url "$copy/repo.json")
archive=$(jq -r .indexes.archive.url "$copy/repo.json")
for index in "$active" "$archive"; do
    fetch "$index"
    fetch "$index.sig"
    check_document "$index"
done
jq -e -n --slurpfile repo "$copy/repo.json" --slurpfile active "$copy$active" --slurpfile archive "$copy$archive" '
    $active[0] as $new | $archive[0] as $all
    | $new.kind == "active" and $all.kind == "archive"
      and $new.repo == $repo[0].repo.name and $all.repo == $repo[0].repo.name
      and $new.index_version == $all.index_version and $new.generated_at == $all.generated_at
      and (($new.packages - $all.packages) == [])
      and ($new.packages | map(.name) | . == unique)' > /dev/null ||
    refuse "the two indexes do not belong together"

# Every package ever published: compare size and hash with the index, then verify the signature and every file.
check_package() {
    local path=$1 hash=$2 size=$3 identity=$4 file=$copy$1 block
    fetch "$path"
    [ "$(stat -c %s "$file")" = "$size" ] || refuse "$path has not the size that the index names"
    [ "$(sha256sum < "$file" | cut -c 1-64)" = "$hash" ] || refuse "$path has not the hash that the index names"

    rm -rf "$work/tar" "$work/tree"
    mkdir "$work/tree"
    zstd -q -d -c "$file" > "$work/tar" || refuse "$path cannot be decompressed"
    tar -x -f "$work/tar" -C "$work/tree" --no-same-owner --no-same-permissions -m
    [ "$(jq -r '"\(.name) \(.version) \(.architecture)"' "$work/tree/.peipkg/manifest.json")" = "$identity" ] ||
        refuse "$path is not $identity"

    # The signed bytes are everything before the header of the signature's own entry.
    block=$(tar -t -R -f "$work/tar" | sed -n 's/^block \([0-9]*\): \.peipkg\/signature$/\1/p')
    [ -n "$block" ] || refuse "$path is not signed"
    head -c $((block * 512)) "$work/tar" | openssl dgst -sha256 -binary > "$work/digest"
    check_signature "$work/digest" "$work/tree/.peipkg/signature" "$path"

    jq -r '.entries[] | "\(.hash)  \(.path)"' "$work/tree/.peipkg/files.json" > "$work/sums"
    (cd "$work/tree" && sha256sum --check --quiet --strict "$work/sums" > /dev/null 2>&1) ||
        refuse "$path: a file has not the hash that files.json names"
    [ "$(find "$work/tree" -type f -not -path "$work/tree/.peipkg/*" | wc -l)" = "$(wc -l < "$work/sums")" ] ||
        refuse "$path: files.json does not list every file"
}

count=0
while IFS=$'\t' read -r path hash size identity; do
    check_package "$path" "$hash" "$size" "$identity"
    count=$((count + 1))
done < <(jq -r '.packages[] | [.url, .hash.value, .size_compressed, "\(.name) \(.version) \(.architecture)"] | @tsv' "$copy$archive")

printf 'generation %s of "%s": descriptor, 2 indexes and %s packages verified\n' \
    "$(jq -r .index_version "$copy$archive")" "$(jq -r .repo.name "$copy/repo.json")" "$count"
