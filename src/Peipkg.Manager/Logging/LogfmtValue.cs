using System.Globalization;
using System.Text;
using Peipkg.Manager.World;
using Peipkg.Recipes;
using Serilog.Events;

namespace Peipkg.Manager.Logging;

/// <summary>Renders a single logfmt value: bare where that is unambiguous, else quoted and escaped.</summary>
internal static class LogfmtValue
{
    public static void Append(StringBuilder line, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue scalar:
                Append(line, Render(scalar.Value));
                break;
            case SequenceValue sequence:
                Append(
                    line,
                    string.Join(',', sequence.Elements.Select(e => e is ScalarValue s ? Render(s.Value) : e.ToString()))
                );
                break;
            default:
                Append(line, value.ToString(null, CultureInfo.InvariantCulture));
                break;
        }
    }

    public static void Append(StringBuilder line, string text)
    {
        bool cut = text.Length > ManagerLimits.LogValueLength;
        ReadOnlySpan<char> shown = cut ? text.AsSpan(0, ManagerLimits.LogValueLength) : text;
        if (!cut && IsBare(shown))
        {
            line.Append(shown);
            return;
        }

        line.Append('"');
        for (int i = 0; i < shown.Length; i++)
        {
            char c = shown[i];
            switch (c)
            {
                case '"':
                    line.Append("\\\"");
                    break;
                case '\\':
                    line.Append("\\\\");
                    break;
                case '\n':
                    line.Append("\\n");
                    break;
                case '\r':
                    line.Append("\\r");
                    break;
                case '\t':
                    line.Append("\\t");
                    break;
                case var _ when IsSurrogatePair(shown, i):
                    line.Append(c).Append(shown[++i]);
                    break;
                case var _ when char.IsControl(c) || char.IsSurrogate(c) || IsFormat(c):
                    line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default:
                    line.Append(c);
                    break;
            }
        }

        line.Append(cut ? "…\"" : "\"");
    }

    private static bool IsBare(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return false;
        }

        foreach (char c in text)
        {
            if (c is <= ' ' or > '~' or '"' or '=' or '\\')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSurrogatePair(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);

    // Line and paragraph separators and bidirectional marks would let a value rearrange the line a person reads.
    private static bool IsFormat(char c) =>
        char.GetUnicodeCategory(c)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    private static string Render(object? value) =>
        value switch
        {
            null => "",
            string text => text,
            bool flag => flag ? "true" : "false",
            DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            TimeSpan span => GoDuration.Format(TimeSpan.FromMilliseconds(Math.Round(span.TotalMilliseconds))),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
}
