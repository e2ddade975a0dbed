using System.Globalization;
using System.Text;

namespace Peipkg.CommandLine.Reporting;

/// <summary>
/// Makes text from packages, recipes and file names safe to show: what could move the cursor, change colours, or turn
/// the direction of writing is spelled out instead.
/// </summary>
public static class TerminalText
{
    /// <summary>
    /// The text with control characters, bidirectional overrides, line separators and lone surrogates written as
    /// <c>\x1b</c> or <c>\u202e</c>.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="keepLines">Whether line feeds and tabs stay, for messages of several lines.</param>
    public static string Escape(string text, bool keepLines = false)
    {
        int first = 0;
        while (first < text.Length && IsPlain(text, first, keepLines))
        {
            first++;
        }

        if (first == text.Length)
        {
            return text;
        }

        StringBuilder safe = new(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                safe.Append(text[i]).Append(text[++i]);
            }
            else if (IsPlain(text, i, keepLines))
            {
                safe.Append(text[i]);
            }
            else
            {
                int code = text[i];
                safe.Append(code < 0x100 ? "\\x" : "\\u")
                    .Append(code.ToString(code < 0x100 ? "x2" : "x4", CultureInfo.InvariantCulture));
            }
        }

        return safe.ToString();
    }

    private static bool IsPlain(string text, int index, bool keepLines)
    {
        char c = text[index];
        return c switch
        {
            '\n' or '\t' => keepLines,
            < ' ' or (>= '\x7f' and <= '\x9f') => false,
            < '\u061c' => true,
            '\u061c' or '\u200e' or '\u200f' => false,
            >= '\u2028' and <= '\u202e' => false,
            >= '\u2066' and <= '\u2069' => false,
            >= '\ud800' and <= '\udfff' => false,
            _ => true,
        };
    }
}
