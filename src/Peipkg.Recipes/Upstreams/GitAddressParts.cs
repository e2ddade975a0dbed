using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.Upstreams;

/// <summary>The parts of a git address, and the rules that each of them obeys.</summary>
/// <param name="Transport">How the repository is reached.</param>
/// <param name="Scheme">The transport as written, in lower case; empty where none is written.</param>
/// <param name="User">The user, with a password perhaps, percent-encoded as written.</param>
/// <param name="Host">The host in lower case.</param>
/// <param name="Port">The port, where one is given.</param>
/// <param name="Authority">Host and port as written, in lower case.</param>
/// <param name="Path">The path; of a file, decoded.</param>
internal readonly record struct GitAddressParts(
    GitTransport Transport,
    string Scheme,
    string User,
    string Host,
    int? Port,
    string Authority,
    string Path
)
{
    private const string Forms = "write an https, http, ssh, git or file URL, user@host:path or an absolute path";

    private static readonly SearchValues<char> Unwritable = SearchValues.Create(" \\\"");
    private static readonly SearchValues<char> UserOfScp = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
    );
    private static readonly SearchValues<char> HostOfScp = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
    );
    private static readonly SearchValues<char> Ipv6 = SearchValues.Create("0123456789ABCDEFabcdef:.");

    /// <summary>Takes an address apart.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="error">A sentence that says what is wrong, without the candidate's text.</param>
    internal static bool TryRead(string text, out GitAddressParts parts, [NotNullWhen(false)] out string? error)
    {
        parts = default;
        error = FaultOfText(text);
        if (error is not null)
        {
            return false;
        }

        if (text[0] == '/')
        {
            parts = new GitAddressParts(GitTransport.File, "", "", "", null, "", text);
            return true;
        }

        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        error = scheme < 0 ? ReadScp(text, out parts) : ReadUrl(text[..scheme], text[(scheme + 3)..], out parts);
        return error is null;
    }

    private static string? FaultOfText(string text)
    {
        if (text.Length is 0 or > RecipeLimits.GitAddressCharacters)
        {
            return text.Length == 0
                ? $"the git address is empty; {Forms}"
                : $"the git address is longer than {RecipeLimits.GitAddressCharacters} characters";
        }

        if (text[0] == '-')
        {
            return "the git address begins with \"-\", as options do";
        }

        return HasControl(text) ? "the git address has control characters" : null;
    }

    // user@host:path. The path does not begin with ":", which would be a helper (user@ext::…), nor with "-".
    private static string? ReadScp(string text, out GitAddressParts parts)
    {
        parts = default;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string user = at < 0 ? "" : text[..at];
        string rest = text[(at + 1)..];
        int hostEnd = rest.StartsWith('[') ? rest.IndexOf(']', StringComparison.Ordinal) + 1 : rest.IndexOf(':');
        if (hostEnd <= 0 || hostEnd >= rest.Length || rest[hostEnd] != ':')
        {
            return $"this is not a git address; {Forms}";
        }

        string host = rest[..hostEnd].ToLowerInvariant();
        string path = rest[(hostEnd + 1)..];
        if (at < 0 && hostEnd > 1 && !path.StartsWith(':') && IsHostOfScp(host))
        {
            return "the git address names no user; write user@host:path, such as git@host:path";
        }

        if (user.Length == 0 || user.AsSpan().ContainsAnyExcept(UserOfScp) || !IsHostOfScp(host))
        {
            return $"this is not a git address; {Forms}";
        }

        parts = new GitAddressParts(GitTransport.Ssh, "", user, host, null, host, path);
        return user[0] is '-' or '.' || path.StartsWith('-') ? "no part of a git address begins with \"-\" or \".\""
            : path.Length == 0 || path[0] == ':' ? $"this is not a git address; {Forms}"
            : path.AsSpan().ContainsAny(Unwritable) ? "a git address has no spaces, quotes or backslashes"
            : null;
    }

    private static bool IsHostOfScp(string host) =>
        host[0] == '[' ? IsIpv6(host) : host[0] is not ('-' or '.') && !host.AsSpan().ContainsAnyExcept(HostOfScp);

    private static bool IsIpv6(string host) =>
        host.Length > 2 && host[^1] == ']' && !host.AsSpan(1, host.Length - 2).ContainsAnyExcept(Ipv6);

    private static string? ReadUrl(string scheme, string rest, out GitAddressParts parts)
    {
        parts = default;
        scheme = scheme.ToLowerInvariant();
        GitTransport? transport = scheme switch
        {
            "file" => GitTransport.File,
            "git" => GitTransport.Git,
            "http" => GitTransport.Http,
            "https" => GitTransport.Https,
            "ssh" => GitTransport.Ssh,
            _ => null,
        };
        if (transport is not { } known)
        {
            return $"the git address names another transport than https, http, ssh, git and file; {Forms}";
        }

        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? rest : rest[..slash];
        int at = authority.IndexOf('@', StringComparison.Ordinal);
        string user = at < 0 ? "" : authority[..at];
        authority = authority[(at + 1)..].ToLowerInvariant();
        string path = slash < 0 ? "" : rest[slash..];
        if (!TrySplit(authority, out string host, out int? port))
        {
            return "the host or the port of the git address is malformed; an \"@\", \":\" or \"/\" in a password is "
                + "written %40, %3A or %2F";
        }

        string? fault = FaultOfUrl(known, user, host, path, rest);
        path = known == GitTransport.File ? Uri.UnescapeDataString(path) : path;
        parts = new GitAddressParts(known, scheme, user, host, port, authority, path);
        return fault ?? (HasControl(path) ? "the git address has control characters" : null);
    }

    private static string? FaultOfUrl(GitTransport transport, string user, string host, string path, string rest) =>
        (transport, host) switch
        {
            (GitTransport.File, not "") => "a file URL has three slashes and no host: file:///srv/git/name.git",
            (not GitTransport.File, "") => "the git address has no host",
            _ when path.Length < 2 => "the git address has no path",
            _ when rest.AsSpan().ContainsAny('?', '#') => "a git address has no \"?\" and no \"#\"",
            _ when rest.AsSpan().ContainsAny(Unwritable) => "a git address has no spaces, quotes or backslashes",
            _ when host.StartsWith('-') || Uri.UnescapeDataString(user).StartsWith('-') =>
                "no part of a git address begins with \"-\"",
            (GitTransport.Git or GitTransport.File, _) when user.Length > 0 =>
                "only http, https and ssh URLs name a user",
            (GitTransport.Ssh, _) when Uri.UnescapeDataString(user).Contains(':', StringComparison.Ordinal) =>
                "ssh takes no password from an address; use a key",
            _ when HasControl(Uri.UnescapeDataString(user)) => "the git address has control characters",
            _ => null,
        };

    // "host", "host:port", "[::1]", "[::1]:port" or nothing. git decodes percent signs, so a host has none.
    private static bool TrySplit(string authority, out string host, out int? port)
    {
        int hostEnd = authority.StartsWith('[')
            ? authority.IndexOf(']', StringComparison.Ordinal) + 1
            : authority.IndexOf(':', StringComparison.Ordinal);
        host = hostEnd < 0 ? authority : authority[..hostEnd];
        port = null;
        bool isHost = host.StartsWith('[') ? IsIpv6(host) : !host.AsSpan().ContainsAny("@:[]%");
        if (!isHost || hostEnd < 0 || hostEnd == authority.Length)
        {
            return isHost;
        }

        bool isPort =
            authority[hostEnd] == ':'
            && authority.Length - hostEnd <= 6
            && int.TryParse(
                authority.AsSpan(hostEnd + 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int number
            )
            && number is > 0 and <= ushort.MaxValue
            && (port = number) is not null;
        return isPort;
    }

    private static bool HasControl(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                return true;
            }
        }

        return false;
    }
}
