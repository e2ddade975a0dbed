using System.Buffers;
using System.Globalization;
using System.Text;

namespace Peipkg.Repo.Site;

/// <summary>Puts a page together. Everything from a package's metadata goes through <see cref="Text"/>.</summary>
/// <param name="page">Receives the page in UTF-8.</param>
internal sealed class HtmlText(IBufferWriter<byte> page)
{
    private static readonly SearchValues<char> Special = SearchValues.Create([
        .. Enumerable
            .Range(0, char.MaxValue + 1)
            .Select(static c => (char)c)
            .Where(static c => Replacement(c) is not null),
    ]);

    /// <summary>Adds markup of our own.</summary>
    internal HtmlText Raw(string markup)
    {
        Encoding.UTF8.GetBytes(markup, page);
        return this;
    }

    /// <summary>
    /// Adds text as text, for content and for quoted attributes. What would not show, or would turn the direction of
    /// writing, is spelled out.
    /// </summary>
    internal HtmlText Text(string text)
    {
        ReadOnlySpan<char> rest = text;
        for (int special; (special = rest.IndexOfAny(Special)) >= 0; rest = rest[(special + 1)..])
        {
            Encoding.UTF8.GetBytes(rest[..special], page);
            Encoding.UTF8.GetBytes(Replacement(rest[special]), page);
        }

        Encoding.UTF8.GetBytes(rest, page);
        return this;
    }

    /// <summary>Adds a number with thousands set apart: <c>6,000</c>.</summary>
    internal HtmlText Count(long number) => Raw(number.ToString("N0", CultureInfo.InvariantCulture));

    private static string? Replacement(char c) =>
        c switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            < ' '
            or (>= '\x7f' and <= '\x9f')
            or '\u061c'
            or '\u200e'
            or '\u200f'
            or (>= '\u2028' and <= '\u202e')
            or (>= '\u2066' and <= '\u2069') => string.Create(CultureInfo.InvariantCulture, $"[U+{(int)c:X4}]"),
            _ => null,
        };
}
