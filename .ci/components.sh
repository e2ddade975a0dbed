#!/usr/bin/env bash
# Lists every component that the three programs are made of, with its version: what the lock files name for them, and the
# runtime that is compiled in. All runtime packs must be of one patch level. The same commit gives the same bytes.
# usage: bash .ci/components.sh           a line each: name, version, which programs
#        bash .ci/components.sh --sbom     a bill of materials, CycloneDX 1.5
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
command -v jq > /dev/null || die "jq is not installed; install the package \"jq\""

# The compiler and the analyzers leave nothing of themselves in the programs; the compiler's version is the runtime's.
components() {
    local program
    for program in Build Repo Manager; do
        jq -r --arg program "peipkg-${program,,}" '
            [.dependencies[] | to_entries[] | select(.value.type != "Project")
                | select(.key | test("ILLink|BannedApiAnalyzers") | not)
                | {name: (if .key | test("ILCompiler$") then "Microsoft.NETCore.App.Runtime" else .key end), version: .value.resolved}]
            | unique | .[] | [.name, .version, $program] | @tsv' "$root/src/Peipkg.$program/packages.lock.json"
    done
    # Native libraries travel inside as resources of what all three share, and no lock file of a program names them.
    sed -n 's/.*<PackageVersion Include="\(libsodium\|ZstdNet\)" Version="\([^"]*\)".*/\1\t\2/p' "$root/Directory.Packages.props" |
        while read -r name version; do printf '%s\t%s\tpeipkg-%s\n' "$name" "$version" build "$name" "$version" manager "$name" "$version" repo; done
}

list=$(components | LC_ALL=C sort -u | awk -F '\t' '
    { key = $1 "\t" $2 } key == last { programs = programs " " $3; next }
    last != "" { print last "\t" programs } { last = key; programs = $3 }
    END { print last "\t" programs }')

twice=$(printf '%s\n' "$list" | cut -f 1 | uniq -d)
[ -z "$twice" ] || die "more than one version of: $twice; update the lock files together"

if [ "${1:-}" != --sbom ]; then
    printf '%s\n' "$list" | column -t -s "$(printf '\t')"
    exit
fi

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
time=$(date -u --date="@${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2> /dev/null || echo 0)}" +%Y-%m-%dT%H:%M:%SZ)
printf '%s\n' "$list" | jq -R -s --arg version "$version" --arg time "$time" '
    {
        bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
        metadata: { timestamp: $time, component: { type: "application", name: "peipkg", version: $version, "bom-ref": "peipkg" } },
        components: [split("\n")[] | select(. != "") | split("\t") | {
            type: "library", "bom-ref": "pkg:nuget/\(.[0])@\(.[1])", name: .[0], version: .[1], purl: "pkg:nuget/\(.[0])@\(.[1])",
            properties: [.[2] | split(" ")[] | { name: "peipkg:program", value: . }]
        }],
        dependencies: [{ ref: "peipkg", dependsOn: [split("\n")[] | select(. != "") | split("\t") | "pkg:nuget/\(.[0])@\(.[1])"] }]
    }'
