using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Peipkg.Manager.Secrets;

/// <summary>
/// Takes secrets out of text: credentials in URLs, and the values that are known to be secret. Everything that is written
/// for people or kept goes through here once: the log's lines, the logs of builds and syncs, the words of the database,
/// pages and notifications.
/// </summary>
internal sealed partial class Redactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "[redacted]";

    // Shorter ones would blot out ordinary words.
    private const int Shortest = 8;

    private readonly Lock _gate = new();
    private volatile string[] _secrets = [];

    /// <summary>Takes the values out from now on, however they are quoted. None is forgotten: logs remember, too.</summary>
    public void Learn(IEnumerable<string> secrets)
    {
        lock (_gate)
        {
            // The longest first: one may be part of another.
            _secrets =
            [
                .. secrets
                    .Select(secret => secret.Trim())
                    .Where(secret => secret.Length >= Shortest)
                    .SelectMany(Spellings)
                    .Concat(_secrets)
                    .Distinct(StringComparer.Ordinal)
                    .OrderByDescending(secret => secret.Length)
                    .ThenBy(secret => secret, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>The text without them; the same object when there was nothing to take out.</summary>
    public string Clean(string text)
    {
        foreach (string secret in _secrets)
        {
            text = text.Replace(secret, Mark, StringComparison.Ordinal);
        }

        return WithoutCredentials(text);
    }

    /// <summary>The text without what URLs in it carry before an "@", as far as that is secret.</summary>
    public static string WithoutCredentials(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? Credentials().Replace(text, "$1" + Mark + "@") : text;

    // As a URL, JSON, HTML or the log would have it.
    private static IEnumerable<string> Spellings(string secret) =>
        [
            secret,
            Uri.EscapeDataString(secret),
            JsonEncodedText.Encode(secret).ToString(),
            WebUtility.HtmlEncode(secret),
            secret.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal),
        ];

    // A token may be all that stands before the "@" of http; elsewhere a name alone is none.
    [GeneratedRegex(
        @"(https?://)[^/\s""'<>]+@|(?<=[a-z]://)[^/\s@:""'<>]*:[^/\s""'<>]+@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Credentials();
}
