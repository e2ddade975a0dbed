using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// Where new packages are fetched from (§6.4.3): a template over <c>{name} {version} {arch} {filename}</c>. A template
/// beginning with <c>/</c> is resolved against the repository's base and names the file's place in its directory; an
/// absolute one names another host, and the package is not put into the repository.
/// </summary>
/// <remarks>Values go in as they are: every character of a name or version may stand in a URL's path (RFC 3986 §3.3).</remarks>
internal sealed class UrlTemplate
{
    /// <summary>The conventional place.</summary>
    internal const string Conventional = "/" + RepositoryLayout.PackageTemplate;

    /// <summary>The template that is used when none is given.</summary>
    internal static UrlTemplate Default { get; } = new(Conventional);

    private static readonly SearchValues<char> NotInFileUrls = SearchValues.Create("?#%\\\"<>|^`");
    private static readonly string[] Placeholders = ["{name}", "{version}", "{arch}", "{filename}"];

    private readonly string _text;

    private UrlTemplate(string text)
    {
        _text = text;
        IsAbsolute = !text.StartsWith('/');
    }

    /// <summary>Whether packages live on another host, not in the repository.</summary>
    internal bool IsAbsolute { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="text">What the operator gave.</param>
    /// <param name="template">The template.</param>
    /// <param name="error">What is wrong with it, all of it, one sentence.</param>
    internal static bool TryParse(
        string text,
        [NotNullWhen(true)] out UrlTemplate? template,
        [NotNullWhen(false)] out string? error
    )
    {
        template = null;
        error = FindUnknownPlaceholder(text) ?? FindAmbiguity(text) ?? FindBadPlace(text);
        if (error is null)
        {
            template = new UrlTemplate(text);
        }

        return error is null;
    }

    /// <summary>The URL of one package.</summary>
    internal string Expand(PackageName name, in PackageVersion version, Architecture architecture) =>
        Expand(_text, name.Text, version.Text, architecture.Text, PackageFileName.Compose(name, version, architecture));

    private static string Expand(string text, string name, string version, string architecture, string fileName) =>
        text.Replace("{name}", name, StringComparison.Ordinal)
            .Replace("{version}", version, StringComparison.Ordinal)
            .Replace("{arch}", architecture, StringComparison.Ordinal)
            .Replace("{filename}", fileName, StringComparison.Ordinal);

    private static string? FindUnknownPlaceholder(string text)
    {
        string rest = text;
        foreach (string placeholder in Placeholders)
        {
            rest = rest.Replace(placeholder, "", StringComparison.Ordinal);
        }

        int brace = rest.AsSpan().IndexOfAny('{', '}');
        if (brace < 0)
        {
            return null;
        }

        int end = rest.IndexOf('}', brace);
        string found = end > brace ? rest[brace..(end + 1)] : rest[brace..(brace + 1)];
        return $"\"{found}\" is no placeholder; a template has {{name}}, {{version}}, {{arch}} and {{filename}}";
    }

    private static string? FindAmbiguity(string text) =>
        text.Contains("{filename}", StringComparison.Ordinal)
        || (text.Contains("{name}", StringComparison.Ordinal) && text.Contains("{version}", StringComparison.Ordinal))
            ? null
            : "it gives different packages the same URL; it needs {filename}, or at least {name} and {version}";

    private static string? FindBadPlace(string text)
    {
        int odd = text.AsSpan().IndexOfAnyExceptInRange('!', '~');
        if (odd >= 0)
        {
            return $"character {odd + 1} cannot stand in a URL; write it percent-encoded";
        }

        string sample = Expand(text, "name", "1-1", "noarch", "name_1-1_noarch.peipkg");
        if (!text.StartsWith('/'))
        {
            return
                Uri.TryCreate(sample, UriKind.Absolute, out Uri? uri)
                && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
                && uri.Host.Length > 0
                && uri.UserInfo.Length == 0
                && uri.Fragment.Length == 0
                ? null
                : "it begins neither with \"/\" nor with \"http://\" or \"https://\" and a host, or carries a user or fragment";
        }

        string[] components = sample[1..].Split('/');
        if (components.Any(static component => component is "" or "." or ".."))
        {
            return "its path has an empty, \".\" or \"..\" component";
        }

        if (sample.AsSpan().IndexOfAny(NotInFileUrls) is int bad and >= 0)
        {
            return $"'{sample[bad]}' cannot stand in the path of a file in the repository";
        }

        // A dot file is skipped by many mirrors and web servers, and the tool's own names begin with a dot.
        return
            RepositoryLayout.IsReserved(components[0]) || components.Any(static component => component.StartsWith('.'))
            ? $"it puts packages among the repository's own files; /{RepositoryLayout.PackageDirectory}/… is the conventional place"
            : null;
    }
}
