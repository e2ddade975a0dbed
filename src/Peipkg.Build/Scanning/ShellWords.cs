using System.Text;

namespace Peipkg.Build.Scanning;

/// <summary>Splits a line of shell into simple commands and their words.</summary>
internal static class ShellWords
{
    /// <summary>The simple commands of a line, each with its first column, counted from 1.</summary>
    internal static IEnumerable<(IReadOnlyList<string> Words, int Column)> Commands(string line)
    {
        List<string> words = [];
        int column = 0;
        StringBuilder word = new();
        bool inWord = false;
        char quote = '\0';
        for (int i = 0; i <= line.Length; i++)
        {
            char c = i < line.Length ? line[i] : '\n';
            bool substitution = quote != '\'' && (c == '`' || (c == '$' && i + 1 < line.Length && line[i + 1] == '('));
            if (quote != '\0' && !substitution && c != '\n')
            {
                (quote, bool ended) = c == quote ? ('\0', true) : (quote, false);
                word.Append(ended ? "" : c.ToString());
                continue;
            }

            bool separates = c is ';' or '&' or '|' or '(' or ')' or '\n' || substitution;
            if (c is ' ' or '\t' or '\r' || separates)
            {
                if (inWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }

                if (separates && words.Count > 0)
                {
                    yield return (words, column);
                    words = [];
                }

                i += substitution && c == '$' ? 1 : 0;
                quote = '\0';
                continue;
            }

            if (c == '#' && !inWord)
            {
                // A comment: only the command before it counts.
                i = line.Length - 1;
                continue;
            }

            column = words.Count == 0 && !inWord ? i + 1 - line.Take(i).Count(char.IsLowSurrogate) : column;
            inWord = true;
            if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == '\\' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
            }
            else
            {
                word.Append(c);
            }
        }
    }

    /// <summary>The line that ends a here-document begun in a line, or null.</summary>
    internal static string? HereDocumentEnd(string line)
    {
        int at = line.IndexOf("<<", StringComparison.Ordinal);
        if (at < 0 || line.AsSpan(at).StartsWith("<<<") || line.TrimStart().StartsWith('#'))
        {
            return null;
        }

        string rest = line[(at + 2)..].TrimStart('-').TrimStart();
        string word = new([
            .. rest.TakeWhile(c => !char.IsWhiteSpace(c) && c is not (';' or '|' or '&' or ')' or '<' or '>')),
        ]);
        word = word.Trim('\'', '"').Replace("\\", "", StringComparison.Ordinal);
        return word.Length == 0 ? null : word;
    }
}
