using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Recipes.Upstreams;

/// <summary>
/// Checks the address of an upstream repository: one of git's plain transports, and nothing that git or a shell could take
/// for an option or a command.
/// </summary>
internal static class GitUrl
{
    private static readonly string[] Schemes = ["https", "http", "ssh", "git", "file"];

    internal static bool TryParse(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = Fault(value);
        if (error is not null)
        {
            // The text is not repeated: what is malformed may still hold a password, and this goes to a log.
            error = $"this is not a git URL: {error}";
        }

        return error is null;
    }

    private static string? Fault(string text)
    {
        const string Hint =
            "write https://host/path, ssh://user@host/path, git://host/path, user@host:path or file:///path";
        if (text.Length is 0 or > 2000)
        {
            return text.Length == 0 ? Hint : "it is longer than 2000 characters";
        }

        if (text.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0 || text.Contains('\x7f', StringComparison.Ordinal))
        {
            return "it holds blanks or control characters";
        }

        if (text[0] == '-')
        {
            return "it begins with \"-\", which git takes for an option";
        }

        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            if (!Schemes.Contains(text[..scheme], StringComparer.Ordinal))
            {
                return $"the transport {DisplayText.Quote(text[..scheme])} is not supported; {Hint}";
            }

            string rest = text[(scheme + 3)..];
            return rest.Length == 0 || rest[0] == '-' || (rest[0] == '/') != (text[..scheme] == "file") ? Hint : null;
        }

        if (text[0] == '/')
        {
            return null;
        }

        // The short form of ssh: [user@]host:path, the colon before any slash, and no "ext::" helpers.
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return
            colon <= 0
            || colon == text.Length - 1
            || text[colon + 1] == ':'
            || (slash >= 0 && slash < colon)
            || text[(text.IndexOf('@', StringComparison.Ordinal) + 1)..].StartsWith('-')
            ? Hint
            : null;
    }
}
