#!/bin/sh
# Sends what peipkg-manager tells by mail, as docs/farm.md describes under "Notifications":
#
#   [[notify]]
#   command = ["/opt/peipkg/notify-mail.sh", "farm@example.org"]
#
# The recipe's owners get it, as PEIPKG_OWNERS names them: addresses, or names of this machine's users and aliases. What
# has no owner goes to the addresses that are the script's arguments. SENDMAIL names the program that sends (default:
# sendmail).
set -eu
LC_ALL=C
export LC_ALL

fail() {
    printf 'notify-mail: %s\n' "$1" >&2
    exit 1
}

# Whether a word can be nothing but an address, in a header and for sendmail.
is_address() {
    case $1 in
        '' | -* | *[!A-Za-z0-9.!#\$%\&*+/=?^_\{\|\}~@-]* | *@*@* | *@ | @*) return 1 ;;
    esac
}

# One line of printable ASCII: in a header nothing else may stand as it is.
header() {
    printf '%s' "$1" | tr '\n\t' '  ' | tr -c '\040-\176' '?' | cut -c 1-200
}

[ $# -gt 0 ] || fail "usage: notify-mail.sh ADDRESS…"
for address; do
    is_address "$address" || fail "\"$address\" is no address"
done

# Of the owners those that are addresses; else whoever is named here.
rest=${PEIPKG_OWNERS:-}
first=$#
while [ -n "$rest" ]; do
    owner=${rest%%,*}
    case $rest in
        *,*) rest=${rest#*,} ;;
        *) rest= ;;
    esac
    if is_address "$owner"; then
        set -- "$@" "$owner"
    else
        printf 'notify-mail: "%s" is no address\n' "$(header "$owner")" >&2
    fi
done
[ $# -eq "$first" ] || shift "$first"

subject="[${PEIPKG_FARM:-farm}] ${PEIPKG_RECIPE:-}${PEIPKG_VERSION:+ $PEIPKG_VERSION}${PEIPKG_RECIPE:+: }${PEIPKG_EVENT:-}"
if [ "${PEIPKG_EVENT:-}" = digest ]; then
    # Its first line counts what is told.
    subject=$(printf '%s\n' "${PEIPKG_TEXT:-}" | head -n 1)
fi

recipients=
for address; do
    recipients="${recipients:+$recipients, }$address"
done

sendmail=${SENDMAIL:-$(command -v sendmail || echo /usr/sbin/sendmail)}
{
    printf 'To: %s\n' "$recipients"
    printf 'Subject: %s\n' "$(header "$subject")"
    printf 'Auto-Submitted: auto-generated\n'
    printf 'MIME-Version: 1.0\n'
    printf 'Content-Type: text/plain; charset=utf-8\n'
    # Lines of any length and in any script arrive as they are.
    printf 'Content-Transfer-Encoding: base64\n\n'
    printf '%s\n' "${PEIPKG_TEXT:-}" | base64
} | "$sendmail" -i -- "$@" || fail "$sendmail failed"
