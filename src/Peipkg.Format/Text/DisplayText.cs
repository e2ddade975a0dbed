using System.Globalization;
using System.Text;

namespace Peipkg.Format.Text;

/// <summary>Foreign text made fit for a message: quoted, control characters escaped, long text cut.</summary>
/// <remarks>
/// A package's fields reach an operator's terminal through error messages, so nothing that a terminal would
/// obey (escape sequences, line breaks, direction overrides) may pass unescaped.
/// </remarks>
public static class DisplayText
{
    private const int MaxShown = 1000;

    /// <summary>Returns <paramref name="text"/> between double quotes, safe to print on one line.</summary>
    /// <param name="text">Any text; <see langword="null"/> is shown as an empty string.</param>
    public static string Quote(string? text)
    {
        var builder = new StringBuilder((text?.Length ?? 0) + 2).Append('"');
        AppendEscaped(builder, text.AsSpan(), quoted: true);
        return builder.Append('"').ToString();
    }

    /// <summary>Returns <paramref name="text"/> without quotes, safe to print on one line.</summary>
    /// <param name="text">Any text; <see langword="null"/> is shown as an empty string.</param>
    public static string Escape(string? text)
    {
        if (text?.Length <= MaxShown && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var builder = new StringBuilder(text?.Length ?? 0);
        AppendEscaped(builder, text.AsSpan(), quoted: false);
        return builder.ToString();
    }

    /// <summary>Names a character for a message: <c>'x'</c>, or <c>U+2013</c> when it does not show well.</summary>
    /// <param name="text">The text that holds the character.</param>
    /// <param name="index">Index of the character's first UTF-16 unit.</param>
    internal static string Character(ReadOnlySpan<char> text, int index)
    {
        if (Rune.DecodeFromUtf16(text[index..], out var rune, out _) != System.Buffers.OperationStatus.Done)
        {
            return CodePoint(text[index]);
        }

        return rune.Value switch
        {
            ' ' => "a blank",
            > 0x20 and < 0x7F => $"'{(char)rune.Value}'",
            _ when IsSafe(rune) => $"'{rune}' ({CodePoint(rune.Value)})",
            _ => CodePoint(rune.Value),
        };
    }

    private static void AppendEscaped(StringBuilder builder, ReadOnlySpan<char> text, bool quoted)
    {
        var shown = 0;
        while (!text.IsEmpty)
        {
            if (shown++ == MaxShown)
            {
                builder.Append('…');
                return;
            }

            var status = Rune.DecodeFromUtf16(text, out var rune, out var used);
            if (status != System.Buffers.OperationStatus.Done || !IsSafe(rune))
            {
                var value = status == System.Buffers.OperationStatus.Done ? rune.Value : text[0];
                builder.Append(CultureInfo.InvariantCulture, $"\\u{{{value:x}}}");
            }
            else if (quoted && rune.Value is '"' or '\\')
            {
                builder.Append('\\').Append((char)rune.Value);
            }
            else
            {
                builder.Append(text[..used]);
            }

            text = text[used..];
        }
    }

    private static bool IsSafe(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
            );

    private static string CodePoint(int value) => string.Create(CultureInfo.InvariantCulture, $"U+{value:X4}");
}
