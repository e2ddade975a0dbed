using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Format.Text;

/// <summary>The URLs that documents carry, checked against the grammar of RFC 3986.</summary>
/// <remarks>
/// The runtime's own class corrects what it is given; a document must hold a URL as it is, and one that shows on a
/// terminal must not hold anything but the characters of URLs.
/// </remarks>
public static class HttpUrl
{
    private const string Unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    private const string SubDelimiters = "!$&'()*+,;=";

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(Unreserved + SubDelimiters + "%");
    private static readonly SearchValues<char> UserCharacters = SearchValues.Create(Unreserved + SubDelimiters + "%:");
    private static readonly SearchValues<char> LiteralCharacters = SearchValues.Create("0123456789abcdefABCDEF:.");
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(
        Unreserved + SubDelimiters + "%:@/"
    );

    private static readonly SearchValues<char> QueryCharacters = SearchValues.Create(
        Unreserved + SubDelimiters + "%:@/?"
    );

    /// <summary>Checks an absolute http or https URL, such as a homepage.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="error">A sentence that says what is wrong with it.</param>
    public static bool TryValidateAbsolute(string text, [NotNullWhen(false)] out string? error) =>
        Report(text, "an http or https URL", AbsoluteFault(text), out error);

    /// <summary>Checks a URL of an index or descriptor: absolute http(s), or relative to the repository or document.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="error">A sentence that says what is wrong with it.</param>
    public static bool TryValidateReference(string text, [NotNullWhen(false)] out string? error)
    {
        string? fault;
        if (text.Length == 0)
        {
            fault = "it is empty";
        }
        else if (text.StartsWith("//", StringComparison.Ordinal))
        {
            fault = "it starts with '//'; write the scheme, or one slash";
        }
        else
        {
            // A scheme can only stand before the first slash; elsewhere a colon is an ordinary character.
            var colon = text.AsSpan().IndexOfAny(":/?#");
            fault = colon >= 0 && text[colon] == ':' ? AbsoluteFault(text) : TailFault(text, 0);
        }

        return Report(text, "a URL", fault, out error);
    }

    private static bool Report(string text, string what, string? fault, [NotNullWhen(false)] out string? error)
    {
        error = fault is null ? null : $"{DisplayText.Quote(text)} is not {what}: {fault}";
        return fault is null;
    }

    private static string? AbsoluteFault(string text)
    {
        var start =
            text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8
            : text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7
            : 0;
        if (start == 0)
        {
            return "it does not start with http:// or https://";
        }

        var length = text.AsSpan(start).IndexOfAny("/?#");
        var end = length < 0 ? text.Length : start + length;
        return AuthorityFault(text, start, end) ?? TailFault(text, end);
    }

    private static string? AuthorityFault(string text, int start, int end)
    {
        var at = text.AsSpan(start, end - start).LastIndexOf('@');
        if (at >= 0)
        {
            if (CharacterFault(text, start, start + at, UserCharacters) is { } fault)
            {
                return fault;
            }

            start += at + 1;
        }

        var authority = text.AsSpan(start, end - start);
        var host = authority;
        var port = authority.LastIndexOf(':');
        if (port >= 0 && !authority[port..].Contains(']'))
        {
            host = authority[..port];
            if (authority[(port + 1)..].ContainsAnyExceptInRange('0', '9'))
            {
                return "its port is not a number";
            }
        }

        if (host.IsEmpty)
        {
            return "it names no host";
        }

        if (host[0] == '[')
        {
            return host[^1] == ']' && host.Length > 3 && !host[1..^1].ContainsAnyExcept(LiteralCharacters)
                ? null
                : "its host is no IPv6 address in brackets";
        }

        return CharacterFault(text, start, start + host.Length, HostCharacters);
    }

    private static string? TailFault(string text, int start)
    {
        var hash = text.IndexOf('#', start);
        var end = hash < 0 ? text.Length : hash;
        var question = text.IndexOf('?', start);
        var pathEnd = question < 0 || question > end ? end : question;
        return CharacterFault(text, start, pathEnd, PathCharacters)
            ?? CharacterFault(text, Math.Min(pathEnd + 1, end), end, QueryCharacters)
            ?? CharacterFault(text, Math.Min(end + 1, text.Length), text.Length, QueryCharacters);
    }

    private static string? CharacterFault(string text, int start, int end, SearchValues<char> allowed)
    {
        var bad = text.AsSpan(start, end - start).IndexOfAnyExcept(allowed);
        if (bad >= 0)
        {
            return $"{DisplayText.Character(text, start + bad)} at position {start + bad + 1} is not allowed there; "
                + "percent-encode it";
        }

        for (var at = text.IndexOf('%', start); at >= 0 && at < end; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= end || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                return $"the '%' at position {at + 1} is not followed by two hexadecimal digits";
            }
        }

        return null;
    }
}
