#!/usr/bin/env bash
# Fetches a whole repository over HTTP and verifies it as a consumer would, using only its documents
# and curl, jq, openssl, zstd, tar and sha256sum, but no program of this project.
# usage: bash samples/farm/consume.sh URL FINGERPRINT DIRECTORY [EARLIER]
#   FINGERPRINT must come from a trusted place: 64 hexadecimal digits, spaces allowed.
#   DIRECTORY   receives a copy of everything fetched; must be empty or absent.
#   EARLIER     the DIRECTORY of an earlier run, whose repo.json says which other keys may sign the new one.
set -euo pipefail

[ $# -eq 3 ] || [ $# -eq 4 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
url=${1%/}
earlier=${4:-}
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

# fetch_key FINGERPRINT: the key comes from the repository, but is trusted only because of its fingerprint.
fetch_key() {
    local actual
    [ ! -e "$copy/keys/$1.pub" ] || return 0
    fetch "/keys/$1.pub"
    actual=$(openssl pkey -pubin -in "$copy/keys/$1.pub" -outform DER | tail -c 32 | sha256sum | cut -c 1-64)
    [ "$actual" = "$1" ] || refuse "the key at /keys/$1.pub has the fingerprint $actual"
}

# keys_of DESCRIPTOR: the keys whose signatures count now, a line each. A key that is being replaced counts until its date.
keys_of() {
    jq -r --arg now "$(date -u +%Y-%m-%dT%H:%M:%SZ)" '.repo.signing.keys[]
        | select(.status == "active" or (.status == "transitioning" and .valid_until >= $now)) | .fingerprint' "$1"
}

# check_signature DIGEST ENVELOPE WHAT KEYS: a key of the list, a line each, signs the 32 bytes in the file DIGEST.
check_signature() {
    local encoded signer
    jq -e '(keys == ["algorithm", "key_fingerprint", "schema_version", "signature"])
           and .schema_version == 1 and .algorithm == "ed25519"' "$2" > /dev/null ||
        refuse "$3: the signature is not an ed25519 envelope"
    signer=$(jq -r .key_fingerprint "$2")
    if ! [[ $signer =~ ^[0-9a-f]{64}$ ]] || ! grep -qxF "$signer" <<< "$4"; then
        refuse "$3 is signed by $signer, not by a key that counts; after a change of keys give the copy of an earlier run, or the new fingerprint"
    fi
    fetch_key "$signer"
    encoded=$(jq -r .signature "$2")
    while [ $((${#encoded} % 4)) -ne 0 ]; do encoded=$encoded=; done
    printf '%s' "$encoded" | base64 -d > "$work/signature"
    openssl pkeyutl -verify -pubin -inkey "$copy/keys/$signer.pub" -rawin \
        -in "$1" -sigfile "$work/signature" > /dev/null 2>&1 || refuse "$3: the signature does not hold"
}

# check_document PATH KEYS
check_document() {
    openssl dgst -sha256 -binary "$copy$1" > "$work/digest"
    check_signature "$work/digest" "$copy$1.sig" "$1" "$2"
}

# The descriptor must be signed by the key that is trusted, or by one that an earlier descriptor, trusted likewise, lists.
trusted=$fingerprint
if [ -n "$earlier" ]; then
    [ -f "$earlier/repo.json" ] || { echo "consume: $earlier holds no repo.json" >&2; exit 2; }
    trusted=$(printf '%s\n' "$fingerprint" "$(keys_of "$earlier/repo.json")")
fi
fetch /repo.json
fetch /repo.json.sig
check_document /repo.json "$trusted"

# Everything else is signed by a key that the descriptor lists: after a rotation, by the new one.
listed=$(keys_of "$copy/repo.json")
grep -qxF "$(jq -r .key_fingerprint "$copy/repo.json.sig")" <<< "$listed" ||
    refuse "repo.json does not list the key that signed it"

active=$(jq -r .indexes.active.url "$copy/repo.json")
archive=$(jq -r .indexes.archive.url "$copy/repo.json")
for index in "$active" "$archive"; do
    fetch "$index"
    fetch "$index.sig"
    check_document "$index" "$listed"
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
    check_signature "$work/digest" "$work/tree/.peipkg/signature" "$path" "$listed"

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
