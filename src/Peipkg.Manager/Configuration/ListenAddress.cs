using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// Where the HTTP server listens: <c>:8080</c> (every address), <c>127.0.0.1:8080</c>, <c>[::1]:8080</c> or
/// <c>localhost:8080</c>. Port 0 lets the system choose.
/// </summary>
/// <param name="Text">As configured.</param>
/// <param name="Address">Null: every address, IPv4 and IPv6.</param>
/// <param name="Port">0–65535.</param>
/// <param name="IsLocalhost">True for the name <c>localhost</c>, which is both loopback addresses.</param>
internal sealed record ListenAddress(string Text, IPAddress? Address, int Port, bool IsLocalhost)
{
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out ListenAddress? value,
        [NotNullWhen(false)] out string? error
    )
    {
        value = null;
        int colon = text.LastIndexOf(':');
        if (
            colon < 0
            || !ushort.TryParse(
                text.AsSpan(colon + 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out ushort port
            )
        )
        {
            error = $"\"{text}\" is no listen address: write \":8080\", \"127.0.0.1:8080\" or \"[::1]:8080\"";
            return false;
        }

        string host = text[..colon];
        if (host.Length == 0 || host == "localhost")
        {
            value = new ListenAddress(text, null, port, host.Length > 0);
            error = null;
            return true;
        }

        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (
            bracketed != host.Contains(':', StringComparison.Ordinal)
            || !IPAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? address)
            || (!bracketed && host.Split('.').Length != 4)
        )
        {
            error =
                $"\"{text}\" is no listen address: \"{host}\" is not an IP address (an IPv6 address goes in brackets, \"[::1]:8080\")";
            return false;
        }

        value = new ListenAddress(text, address, port, IsLocalhost: false);
        error = null;
        return true;
    }
}
