# shellcheck shell=bash
# What the scripts of this project share: progress lines, logs that are named when something fails,
# installing what is missing. To be sourced; the caller sets `set -euo pipefail`.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Build servers would outlive the script and hold its output open. The compiler's is worth it, for analyzers take longer to
# start than to run; whoever builds ends it with stop_compiler.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=true

stop_compiler() {
    dotnet build-server shutdown --vbcscompiler > /dev/null 2>&1 || true
}

say() {
    printf '==> %s\n' "$*"
}

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# run_logged LOG COMMAND...: the command's output goes to LOG; when it fails its end is shown.
run_logged() {
    local log=$1 status=0
    shift
    mkdir -p "$(dirname "$log")"
    "$@" > "$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        printf 'error: this failed with exit code %s: %s\n' "$status" "$*" >&2
        tail -n 20 "$log" | sed 's/^/    /' >&2
        printf 'The full log is %s\n' "$log" >&2
        exit 1
    fi
}

# install_missing LOG WHAT=PACKAGE...: WHAT is a command, or a file that must exist.
install_missing() {
    local log=$1 pair what package as_root=()
    local missing=()
    shift
    for pair in "$@"; do
        what=${pair%%=*} package=${pair#*=}
        case $what in
            /*) [ -e "$what" ] || missing+=("$package") ;;
            *) command -v "$what" > /dev/null || missing+=("$package") ;;
        esac
    done
    [ "${#missing[@]}" -gt 0 ] || return 0

    command -v apt-get > /dev/null || die "these Debian packages, or their like, must be installed first: ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        if sudo -n true 2> /dev/null || { [ -t 0 ] && command -v sudo > /dev/null; }; then
            as_root=(sudo)
        else
            die "some programs are missing; as root run: apt-get install ${missing[*]}"
        fi
    fi
    say "installing ${missing[*]}"
    run_logged "$log" "${as_root[@]}" apt-get update
    run_logged "$log" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"
}

# require_dotnet ROOT: the SDK that global.json asks for must be there.
require_dotnet() {
    command -v dotnet > /dev/null ||
        die "the .NET SDK is missing; install the version named in $1/global.json"
    # A bare SDK on a machine without ICU refuses to start unless it is told to do without.
    if ! ldconfig -p 2> /dev/null | grep -q libicuuc; then
        export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    fi
    (cd "$1" && dotnet --version > /dev/null 2>&1) ||
        die "the installed .NET SDK does not satisfy $1/global.json (run 'dotnet --info' there)"
}

# npm_modules DIRECTORY LOG: installs what its package-lock.json lists, unless that is there already.
npm_modules() {
    if ! cmp -s "$1/package-lock.json" "$1/node_modules/.installed"; then
        run_logged "$2" npm ci --prefix "$1" --no-audit --no-fund
        cp "$1/package-lock.json" "$1/node_modules/.installed"
    fi
}
