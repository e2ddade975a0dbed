using System.Buffers;
using System.Globalization;
using System.Text;

namespace Peipkg.Repo.Site;

/// <summary>Puts a page together. Everything from a package's metadata goes through <see cref="Text"/>.</summary>
internal sealed class HtmlText
{
    private readonly ArrayBufferWriter<byte> _page = new(16 << 10);

    /// <summary>The page so far.</summary>
    internal ReadOnlyMemory<byte> Bytes => _page.WrittenMemory;

    /// <summary>Adds markup of our own.</summary>
    internal HtmlText Raw(string markup)
    {
        Encoding.UTF8.GetBytes(markup, _page);
        return this;
    }

    /// <summary>
    /// Adds text as text, for content and for quoted attributes. What would not show, or would turn the direction of
    /// writing, is spelled out.
    /// </summary>
    internal HtmlText Text(string text)
    {
        int plain = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (Replacement(text[i]) is { } replacement)
            {
                Encoding.UTF8.GetBytes(text.AsSpan(plain, i - plain), _page);
                Encoding.UTF8.GetBytes(replacement, _page);
                plain = i + 1;
            }
        }

        Encoding.UTF8.GetBytes(text.AsSpan(plain), _page);
        return this;
    }

    /// <summary>Adds a number with thousands set apart: <c>6,000</c>.</summary>
    internal HtmlText Count(long number) => Raw(number.ToString("N0", CultureInfo.InvariantCulture));

    private static string? Replacement(char c) => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        < ' ' or (>= '\x7f' and <= '\x9f') or '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e')
            or (>= '\u2066' and <= '\u2069') => string.Create(CultureInfo.InvariantCulture, $"[U+{(int)c:X4}]"),
        _ => null,
    };
}
