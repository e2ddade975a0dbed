#!/usr/bin/env bash
# Asks the package source which known vulnerabilities the locked packages have. It needs a network, so no build waits for it;
# what it finds is printed, and the exit code is 1 only where the question could not be asked.
# usage: bash .ci/audit.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=.ci/common.sh
. "$root/.ci/common.sh"
require_dotnet "$root"
trap stop_compiler EXIT

log=$root/artifacts/logs/audit.log
mkdir -p "$(dirname "$log")"
say "asking for known vulnerabilities of the locked packages"
# NU1900: nobody answered. NU1901 to NU1904: low, moderate, high, critical.
status=0
dotnet restore "$root/Peipkg.sln" --force --locked-mode -p:NuGetAudit=true -p:NuGetAuditMode=all -p:NuGetAuditLevel=low \
    '-p:WarningsNotAsErrors="NU1900;NU1901;NU1902;NU1903;NU1904"' -p:MSBuildTreatWarningsAsErrors=false > "$log" 2>&1 || status=$?
[ "$status" -eq 0 ] || { cat "$log" >&2; die "the packages could not be restored"; }
! grep -q 'warning NU1900' "$log" || die "the package source does not answer; see $log"
# grep that finds nothing ends with 1, and that is the good case.
found=$({ grep -oE 'warning NU190[1-4]: .*' "$log" || true; } | sed 's/ \[[^]]*\]$//; s/^warning //' | sort -u)
if [ -n "$found" ]; then
    printf '%s\n' "$found"
    printf 'warning: %s known vulnerabilities\n' "$(printf '%s\n' "$found" | wc -l)"
else
    echo "none are known"
fi
