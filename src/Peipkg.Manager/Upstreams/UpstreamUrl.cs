using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Peipkg.Manager.Upstreams;

/// <summary>
/// Where an upstream's repository is: an absolute path, or a <c>file</c>, <c>git</c>, <c>http</c>, <c>https</c> or
/// <c>ssh</c> URL, or scp-like <c>user@host:path</c>. Checked before git ever sees it, since git takes more:
/// <c>ext::</c>, options, other helpers.
/// </summary>
/// <remarks>
/// Credentials in an http(s) URL are taken out on parsing. <see cref="Text"/> is what arguments, logs, the database,
/// source_ref and <c>/status</c> get; only <see cref="Authorization"/> carries the secret, into the environment of git.
/// </remarks>
internal sealed partial class UpstreamUrl
{
    private readonly string _path;

    private UpstreamUrl(UpstreamTransport transport, string text, string host, string path, string? authorization)
    {
        Transport = transport;
        Text = text;
        Host = host;
        RepositoryKey = Key(host, path);
        Authorization = authorization;
        _path = path;
        LocalPath = transport == UpstreamTransport.File ? path : null;
    }

    public UpstreamTransport Transport { get; }

    /// <summary>The URL without credentials; an absolute path has become a <c>file://</c> URL.</summary>
    public string Text { get; }

    /// <summary>The host in lower case with its port if one is given; empty for a local repository.</summary>
    public string Host { get; }

    /// <summary>
    /// <c>host/owner/name</c> in lower case without user, port of the scheme or <c>.git</c>: equal for the http, ssh
    /// and scp-like addresses of one hosted repository.
    /// </summary>
    public string RepositoryKey { get; }

    /// <summary>The value of an Authorization header, when the URL carried credentials.</summary>
    public string? Authorization { get; }

    /// <summary>The path of a repository on this machine; null for others.</summary>
    public string? LocalPath { get; }

    /// <summary>The server alone, for http(s): <c>https://host[:port]/</c>.</summary>
    public string Origin => Text[..(Text.IndexOf('/', Text.IndexOf("://", StringComparison.Ordinal) + 3) + 1)];

    private static Dictionary<string, UpstreamTransport> Transports { get; } =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["file"] = UpstreamTransport.File,
            ["git"] = UpstreamTransport.Git,
            ["http"] = UpstreamTransport.Http,
            ["https"] = UpstreamTransport.Https,
            ["ssh"] = UpstreamTransport.Ssh,
        };

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Checks and takes apart an upstream's address.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out UpstreamUrl? value,
        [NotNullWhen(false)] out string? error
    )
    {
        value = null;
        if (text.Length is 0 or > 2048 || text.StartsWith('-'))
        {
            error = "a git URL has 1 to 2048 characters and does not begin with \"-\"";
            return false;
        }

        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                error = "a git URL has no control characters";
                return false;
            }
        }

        if (text.StartsWith('/'))
        {
            value = Local(text);
            error = null;
            return true;
        }

        if (ScpLike().Match(text) is { Success: true } scp)
        {
            value = new UpstreamUrl(
                UpstreamTransport.Ssh,
                text,
                scp.Groups["host"].Value.ToLowerInvariant(),
                scp.Groups["path"].Value,
                null
            );
            error = null;
            return true;
        }

        return TryParseUrl(text, out value, out error);
    }

    /// <summary>Checks the URL of a submodule of this repository, which may be relative to this one's.</summary>
    /// <remarks>
    /// The same rules as for a recipe's, and one more: what is not on this machine has no submodules on it
    /// (CVE-2022-39253). On the same server the same credentials hold.
    /// </remarks>
    public bool TryResolve(
        string reference,
        [NotNullWhen(true)] out UpstreamUrl? value,
        [NotNullWhen(false)] out string? error
    )
    {
        value = null;
        string? text = reference;
        if (
            RelativeUrl.IsRelative(reference)
            && !RelativeUrl.TryResolve(
                LocalPath is null ? Text[..^_path.Length] : "",
                _path,
                reference,
                out text,
                out error
            )
        )
        {
            return false;
        }

        if (!TryParse(text, out UpstreamUrl? parsed, out error))
        {
            return false;
        }

        if (parsed.Transport == UpstreamTransport.File && Transport != UpstreamTransport.File)
        {
            error = $"it is on this machine, and {Text} is not";
            return false;
        }

        value =
            Authorization is { } authorization
            && parsed.Authorization is null
            && parsed.Transport == Transport
            && parsed.Origin == Origin
                ? new UpstreamUrl(parsed.Transport, parsed.Text, parsed.Host, parsed._path, authorization)
                : parsed;
        return true;
    }

    private static bool TryParseUrl(
        string text,
        [NotNullWhen(true)] out UpstreamUrl? value,
        [NotNullWhen(false)] out string? error
    )
    {
        value = null;
        if (
            Url().Match(text) is not { Success: true } match
            || !Transports.TryGetValue(match.Groups["scheme"].Value, out UpstreamTransport transport)
        )
        {
            // The text may hold credentials in a form that was not understood, so it is not repeated.
            error = "the git URL must be an absolute path, a file, git, http, https or ssh URL, or user@host:path";
            return false;
        }

        string user = match.Groups["user"].Value;
        string host = match.Groups["host"].Value.ToLowerInvariant();
        string path = match.Groups["path"].Value;
        error = Objection(transport, text, user, host, path);
        if (error is not null)
        {
            return false;
        }

        if (transport == UpstreamTransport.File)
        {
            value = Local(Uri.UnescapeDataString(path));
            return true;
        }

        bool http = transport is UpstreamTransport.Http or UpstreamTransport.Https;
        string shownUser = !http && user.Length > 0 ? user + "@" : "";
        string scheme = match.Groups["scheme"].Value.ToLowerInvariant();
        value = new UpstreamUrl(
            transport,
            $"{scheme}://{shownUser}{host}{path}",
            host,
            path,
            http && user.Length > 0 ? Basic(user) : null
        );
        return true;
    }

    private static string? Objection(UpstreamTransport transport, string text, string user, string host, string path) =>
        (transport, host) switch
        {
            (UpstreamTransport.File, not "") => "a file URL has three slashes and no host: file:///srv/git/name.git",
            (not UpstreamTransport.File, "") => "the git URL has no host",
            _ when path.Length < 2 => "the git URL has no path",
            _ when text.AsSpan().ContainsAny('?', '#') => "a git URL has no \"?\" and no \"#\"",
            _ when text.AsSpan().ContainsAny(' ', '\\', '"') => "a git URL has no spaces, quotes or backslashes",
            _ when host.StartsWith('-') || user.StartsWith('-') => "no part of a git URL begins with \"-\"",
            (UpstreamTransport.Git or UpstreamTransport.File, _) when user.Length > 0 =>
                "only http, https and ssh URLs name a user",
            (UpstreamTransport.Ssh, _) when user.Contains(':', StringComparison.Ordinal) =>
                "ssh takes no password from a URL; use a key",
            _ => null,
        };

    private static UpstreamUrl Local(string path) =>
        new(
            UpstreamTransport.File,
            "file://" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)),
            "",
            path,
            null
        );

    private static string Basic(string userInfo)
    {
        int colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        string user = Uri.UnescapeDataString(colon < 0 ? userInfo : userInfo[..colon]);
        string password = colon < 0 ? "" : Uri.UnescapeDataString(userInfo[(colon + 1)..]);
        return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
    }

    private static string Key(string host, string path)
    {
        string name = path.Trim('/');
        int port = host.LastIndexOf(':');
        if (port > 0 && host[port..] is ":443" or ":80" or ":22" or ":9418")
        {
            host = host[..port];
        }

        if (name.EndsWith(".git", StringComparison.OrdinalIgnoreCase))
        {
            name = name[..^4];
        }

        return $"{host}/{name}".ToLowerInvariant();
    }

    [GeneratedRegex(
        @"^(?<scheme>[A-Za-z]+)://((?<user>[^/@]*)@)?(?<host>(\[[0-9A-Fa-f:.]+\]|[^/@:\[\]]*)(:[0-9]{1,5})?)(?<path>/.*)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Url();

    // The path may not begin with ":" (that would be a helper, user@ext::…) nor "-".
    [GeneratedRegex(
        @"^(?<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@(?<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?<path>[^:\- \\""][^ \\""]*)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ScpLike();
}
