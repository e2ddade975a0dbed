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
                    text = text[TomlLexer.LengthOfString(text)..];
                    break;
                default:
                    count++;
                    text = text[1..];
                    break;
            }
        }
    }
}
