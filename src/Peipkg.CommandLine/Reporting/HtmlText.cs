using System.Buffers;
using System.Globalization;
using System.Text;

namespace Peipkg.CommandLine.Reporting;

/// <summary>
/// Puts HTML or SVG together. Everything that is not the program's own goes through <see cref="Text"/>, and can be no more
/// than text.
/// </summary>
/// <param name="page">Receives the markup in UTF-8.</param>
/// <param name="keepLines">Whether line feeds and tabs of texts stay.</param>
public sealed class HtmlText(IBufferWriter<byte> page, bool keepLines = false)
{
    private static readonly SearchValues<char> Special = SearchValues.Create([
        .. Enumerable
            .Range(0, char.MaxValue + 1)
            .Select(static c => (char)c)
            .Where(static c => Replacement(c, keepLines: false) is not null),
    ]);

    /// <summary>Adds markup of the program's own.</summary>
    /// <param name="markup">The markup.</param>
    public HtmlText Raw(string markup)
    {
        Encoding.UTF8.GetBytes(markup, page);
        return this;
    }

    /// <summary>
    /// Adds text as text, for content and for quoted attributes. What would not show, or would turn the direction of
    /// writing, is spelled out.
    /// </summary>
    /// <param name="text">Any text; null is none.</param>
    public HtmlText Text(string? text)
    {
        ReadOnlySpan<char> rest = text;
        for (int special; (special = rest.IndexOfAny(Special)) >= 0; rest = rest[(special + 1)..])
        {
            Encoding.UTF8.GetBytes(rest[..special], page);
            Encoding.UTF8.GetBytes(Replacement(rest[special], keepLines) ?? $"{rest[special]}", page);
        }

        Encoding.UTF8.GetBytes(rest, page);
        return this;
    }

    /// <summary>Adds an element that holds text.</summary>
    /// <param name="tag">Its name, and perhaps attributes of the program's own.</param>
    /// <param name="text">Its text; null is none.</param>
    public HtmlText Element(string tag, string? text) => Raw($"<{tag}>").Text(text).Raw($"</{tag.Split(' ')[0]}>");

    /// <summary>Adds a number with thousands set apart: <c>6,000</c>.</summary>
    /// <param name="number">The number.</param>
    public HtmlText Count(long number) => Raw(number.ToString("N0", CultureInfo.InvariantCulture));

    private static string? Replacement(char c, bool keepLines) =>
        c switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            '\n' or '\t' when keepLines => null,
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
