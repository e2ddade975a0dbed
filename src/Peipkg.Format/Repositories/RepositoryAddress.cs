using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Format.Repositories;

/// <summary>A repository's base URL (PSD-009 §6.4.1), without slash at its end.</summary>
public sealed class RepositoryAddress
{
    private static readonly string[] Schemes = ["https://", "http://"];

    private readonly string _base;

    private RepositoryAddress(string text) => _base = text;

    /// <summary>Whether what is fetched can be watched and delayed on its way, though not forged.</summary>
    public bool IsPlain => _base.StartsWith("http:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads what an operator typed.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The address, or one that leads nowhere.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out RepositoryAddress value, [NotNullWhen(false)] out string? error)
    {
        string trimmed = (text ?? "").TrimEnd('/');
        int start = SchemeOf(trimmed);
        int end = trimmed.AsSpan(start).IndexOfAny("/?#");
        ReadOnlySpan<char> authority = end < 0 ? trimmed.AsSpan(start) : trimmed.AsSpan(start, end);
        value = new RepositoryAddress(trimmed);
        error =
            start == 0
            || authority.IsEmpty
            || authority[0] == ':'
            || trimmed.AsSpan().IndexOfAny(" \\\"<>") >= 0
            || trimmed.Any(char.IsControl)
                ? $"\"{text}\" is no http or https address of a repository, such as https://packages.example.org/stable"
            : authority.Contains('@')
                ? "the address holds a user name or a password, which others see in the list of processes"
            : trimmed.AsSpan().IndexOfAny("?#") >= 0
                ? $"\"{text}\" has a query or fragment; give the repository's base alone"
            : null;
        return error is null;
    }

    /// <summary>Where a URL of a document leads (§6.4.5).</summary>
    /// <param name="url">A URL of the descriptor or an index.</param>
    /// <param name="document">Where the document that holds it lies.</param>
    /// <exception cref="IOException">It leads nowhere that can be fetched.</exception>
    public string Resolve(string url, string document)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(document);
        string place;
        if (url.StartsWith('/'))
        {
            place = _base + url;
        }
        else if (SchemeOf(url) > 0)
        {
            place = url;
        }
        else
        {
            // Before the first slash a colon ends a scheme.
            int colon = url.AsSpan().IndexOfAny(":/?#");
            if (colon >= 0 && url[colon] == ':')
            {
                throw new IOException($"{url} is no address that can be fetched");
            }

            place = string.Concat(document.AsSpan(0, document.LastIndexOf('/') + 1), url);
        }

        // Object stores read a plain plus as a blank; escaped it is a plus everywhere.
        int hash = place.IndexOf('#', StringComparison.Ordinal);
        place = hash < 0 ? place : place[..hash];
        int query = place.IndexOf('?', StringComparison.Ordinal);
        return query < 0
            ? place.Replace("+", "%2B", StringComparison.Ordinal)
            : place[..query].Replace("+", "%2B", StringComparison.Ordinal) + place[query..];
    }

    /// <summary>Where a conventional file lies.</summary>
    /// <param name="path">Its path below the base, without slash at the beginning.</param>
    public string Conventional(string path) => $"{_base}/{path}";

    /// <inheritdoc/>
    public override string ToString() => _base;

    /// <summary>Where the authority begins; 0 where the URL is not absolute, or of another scheme.</summary>
    private static int SchemeOf(string url)
    {
        foreach (string scheme in Schemes)
        {
            if (url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return scheme.Length;
            }
        }

        return 0;
    }
}
