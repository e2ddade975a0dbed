using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Recipes.Upstreams;

/// <summary>
/// The address of a git repository: an absolute path, a <c>file</c>, <c>git</c>, <c>http</c>, <c>https</c> or <c>ssh</c>
/// URL, or <c>user@host:path</c>. It is checked before git sees it, because git takes more: <c>ext::</c>, options,
/// other helpers.
/// </summary>
/// <remarks>
/// Credentials in an http or https URL are taken out when it is parsed. <see cref="Text"/> is what arguments, logs,
/// databases, source_ref and status pages show; only <see cref="Credentials"/> carries the secret, into git's
/// environment.
/// </remarks>
public sealed class GitAddress
{
    private readonly string _path;

    private GitAddress(GitAddressParts parts, string text, GitCredentials? credentials)
    {
        _path = parts.Path;
        Transport = parts.Transport;
        Text = text;
        Host = parts.Host;
        Port = parts.Port;
        Authority = parts.Authority;
        RepositoryKey = Key(parts.Authority, parts.Path);
        Credentials = credentials;
    }

    /// <summary>How the repository is reached.</summary>
    public GitTransport Transport { get; }

    /// <summary>The address without credentials; an absolute path has become a <c>file://</c> URL.</summary>
    public string Text { get; }

    /// <summary>The host in lower case, an IPv6 address in its brackets; empty for a repository of this machine.</summary>
    public string Host { get; }

    /// <summary>The port, where one is given.</summary>
    public int? Port { get; }

    /// <summary>The host, with its port where one is given; empty for a repository of this machine.</summary>
    public string Authority { get; }

    /// <summary>
    /// <c>host/owner/name</c> in lower case without user, port of the scheme or <c>.git</c>: equal for the http, ssh
    /// and scp-like addresses of one hosted repository.
    /// </summary>
    public string RepositoryKey { get; }

    /// <summary>The user and the password, where an http or https address carried them.</summary>
    public GitCredentials? Credentials { get; }

    /// <summary>The path of a repository of this machine; null for others.</summary>
    public string? LocalPath => Transport == GitTransport.File ? _path : null;

    /// <summary>The server alone, for http and https: <c>https://host[:port]/</c>.</summary>
    public string Origin => Text[..(Text.IndexOf('/', Text.IndexOf("://", StringComparison.Ordinal) + 3) + 1)];

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Checks an address and takes it apart.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The address; null when there is an error.</param>
    /// <param name="error">A sentence that says what is wrong, and never repeats the candidate: it may hold a secret.</param>
    public static bool TryParse(string? text, out GitAddress value, [NotNullWhen(false)] out string? error)
    {
        value = null!;
        if (!GitAddressParts.TryRead(text ?? "", out GitAddressParts parts, out error))
        {
            return false;
        }

        bool secret = parts.Transport is GitTransport.Http or GitTransport.Https && parts.User.Length > 0;
        string user = secret || parts.User.Length == 0 ? "" : parts.User + "@";
        string shown =
            parts.Transport == GitTransport.File ? FileUrl(parts.Path)
            : parts.Scheme.Length == 0 ? text!
            : $"{parts.Scheme}://{user}{parts.Authority}{parts.Path}";
        value = new GitAddress(parts, shown, secret ? GitCredentials.Parse(parts.User) : null);
        return true;
    }

    /// <summary>Checks the address of a submodule of this repository, which may be relative to this one's.</summary>
    /// <remarks>
    /// A submodule obeys the same rules as a recipe's address, and one more: a repository that is not on this machine
    /// has no submodules on it (CVE-2022-39253). The credentials of this address hold for the same server only.
    /// </remarks>
    /// <param name="reference">What the repository says.</param>
    /// <param name="value">The address; null when there is an error.</param>
    /// <param name="error">A sentence that says what is wrong.</param>
    public bool TryResolve(string reference, out GitAddress value, [NotNullWhen(false)] out string? error)
    {
        value = null!;
        string? text = reference;
        if (
            RelativeGitAddress.IsRelative(reference)
            && !RelativeGitAddress.TryResolve(
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

        if (!TryParse(text, out GitAddress parsed, out error))
        {
            return false;
        }

        if (parsed.Transport == GitTransport.File && Transport != GitTransport.File)
        {
            error = $"it is on this machine, and {Text} is not";
            return false;
        }

        bool inherits = parsed.Credentials is null && parsed.Transport == Transport && parsed.Origin == Origin;
        value = inherits ? parsed.With(Credentials) : parsed;
        return true;
    }

    private GitAddress With(GitCredentials? credentials) =>
        credentials is null
            ? this
            : new GitAddress(new GitAddressParts(Transport, "", "", Host, Port, Authority, _path), Text, credentials);

    private static string FileUrl(string path) =>
        "file://" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string Key(string authority, string path)
    {
        string name = path.Trim('/');
        int port = authority.LastIndexOf(':');
        if (port > 0 && authority[port..] is ":443" or ":80" or ":22" or ":9418")
        {
            authority = authority[..port];
        }

        if (name.EndsWith(".git", StringComparison.OrdinalIgnoreCase))
        {
            name = name[..^4];
        }

        return $"{authority}/{name}".ToLowerInvariant();
    }
}
