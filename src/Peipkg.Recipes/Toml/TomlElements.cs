using System.Buffers;

namespace Peipkg.Recipes.Toml;

/// <summary>Counts what a document holds before it is parsed, because the parser's memory grows with that.</summary>
internal static class TomlElements
{
    private static readonly SearchValues<char> Signs = SearchValues.Create("=,.[{#\"'");

    /// <summary>The signs that begin or separate keys and values, outside of strings and comments.</summary>
    internal static int Count(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (true)
        {
            int next = text.IndexOfAny(Signs);
            if (next < 0)
            {
                return count;
            }

            text = text[next..];
            switch (text[0])
            {
                case '#':
                    int end = text.IndexOf('\n');
                    text = end < 0 ? [] : text[end..];
                    break;
                case '"' or '\'':
                    text = text[LengthOfString(text)..];
                    break;
                default:
                    count++;
                    text = text[1..];
                    break;
            }
        }
    }

    // Where a string is not closed, what follows it is counted as if it were.
    private static int LengthOfString(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> quote = text.StartsWith("\"\"\"") || text.StartsWith("'''") ? text[..3] : text[..1];
        for (int i = quote.Length; i < text.Length; i++)
        {
            if (text[i] == '\\' && quote[0] == '"')
            {
                i++;
            }
            else if (text[i..].StartsWith(quote))
            {
                return i + quote.Length;
            }
            else if (text[i] == '\n' && quote.Length == 1)
            {
                return i;
            }
        }

        return text.Length;
    }
}
