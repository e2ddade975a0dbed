using System.Text;

namespace Peipkg.Build.Deriving;

/// <summary>
/// The lines of a <c>.pc</c> file: a backslash at the end of one continues it on the next, and <c>#</c> begins a comment
/// unless a backslash stands before it.
/// </summary>
internal static class PkgConfigLines
{
    private const string Blanks = " \t\n\v\f\r";

    /// <summary>Whether a character separates words.</summary>
    internal static bool IsBlank(char c) => Blanks.Contains(c);

    /// <summary>A text without blanks at its ends; others than those of ASCII are part of it.</summary>
    internal static string Trim(string text) => text.AsSpan().Trim(Blanks).ToString();

    /// <summary>The lines without comments and without blanks at their ends.</summary>
    internal static IEnumerable<string> Of(string text)
    {
        StringBuilder line = new();
        bool comment = false;
        for (int at = 0; at < text.Length; at++)
        {
            char c = text[at];
            if (c == '\n')
            {
                yield return Trim(line.ToString());
                line.Clear();
                comment = false;
            }
            else if (!comment && c == '\\' && at + 1 < text.Length && text[at + 1] is '#' or '\n' or '\r')
            {
                at++;
                if (text[at] == '#')
                {
                    line.Append('#');
                }
                else if (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n')
                {
                    at++;
                }
            }
            else if (c == '#')
            {
                comment = true;
            }
            else if (!comment)
            {
                line.Append(c);
            }
        }

        yield return Trim(line.ToString());
    }
}
