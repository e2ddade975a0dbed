using System.Text;

namespace Peipkg.Recipes.Toml;

/// <summary>
/// Writes a TOML document in the project's form: a blank line before each section, one blank around <c>=</c>, arrays in one
/// line or with one item a line. Comments behind a value keep their column. Keys, values and comments stay as they are written, and in their order.
/// </summary>
public static class TomlFormatter
{
    private const int LongestLine = 100;

    /// <summary>Formats a document.</summary>
    /// <param name="utf8">The whole file.</param>
    /// <param name="fileName">The name that problems carry.</param>
    /// <exception cref="RecipeException">It is not TOML, with every place where it is not.</exception>
    public static byte[] Format(ReadOnlySpan<byte> utf8, string fileName)
    {
        TomlFile.Parse(utf8, fileName);
        ReadOnlySpan<byte> content = utf8.StartsWith(Encoding.UTF8.Preamble)
            ? utf8[Encoding.UTF8.Preamble.Length..]
            : utf8;
        string before = Encoding.UTF8.GetString(content);
        string after = new Layout(before).Write();
        byte[] bytes = Encoding.UTF8.GetBytes(after);
        TomlFile.Parse(bytes, fileName);
        return Essence(before) == Essence(after)
            ? bytes
            : throw new InvalidOperationException($"{fileName}: formatting would change what it says");
    }

    // All but the blanks between tokens, line ends, and commas before a closing bracket.
    private static string Essence(string text)
    {
        StringBuilder essence = new();
        bool comma = false;
        foreach (TomlToken token in TomlLexer.Tokens(text).Where(token => token.Kind != TomlTokenKind.NewLine))
        {
            if (comma && token.Kind != TomlTokenKind.Comment)
            {
                essence.Append(token.Is(']') || token.Is('}') ? "" : ",");
                comma = false;
            }

            comma |= token.Is(',');
            essence.Append(token.Is(',') ? "" : token.Text);
        }

        return essence.ToString();
    }

    /// <summary>One pass over a document's tokens.</summary>
    private sealed class Layout(string text)
    {
        private readonly TomlToken[] _tokens =
        [
            .. TomlLexer.Tokens(text),
            new TomlToken(TomlTokenKind.NewLine, "\n", 0),
        ];
        private readonly List<string> _lines = [];
        private int _at;
        private bool _hasComment;
        private bool _mustFit;

        private TomlToken Next => _tokens[_at];

        internal string Write()
        {
            while (_at < _tokens.Length)
            {
                if (Next.Kind == TomlTokenKind.NewLine)
                {
                    _at++;
                    WriteBlankLine(_lines.Count);
                    continue;
                }

                WriteStatement();
            }

            while (_lines is [.., ""])
            {
                _lines.RemoveAt(_lines.Count - 1);
            }

            return string.Concat(_lines.Select(line => line + "\n"));
        }

        // None at the beginning, and never two.
        private void WriteBlankLine(int place)
        {
            if (place > 0 && _lines[place - 1].Length > 0)
            {
                _lines.Insert(place, "");
            }
        }

        private void WriteStatement()
        {
            if (Next.Kind == TomlTokenKind.Comment)
            {
                BeginLine(Take());
            }
            else if (Next.Is('['))
            {
                // Comments directly above belong to the section.
                int place = _lines.Count;
                while (place > 0 && _lines[place - 1].StartsWith('#'))
                {
                    place--;
                }

                WriteBlankLine(place);
                BeginLine(Joined(static token => token.Kind is TomlTokenKind.NewLine or TomlTokenKind.Comment));
            }
            else
            {
                string key = Joined(static token => token.Is('='));
                _at++;
                BeginLine($"{key} = ");
                WriteValue("");
            }

            if (Next.Kind == TomlTokenKind.Comment)
            {
                AppendComment();
            }

            _at++;
        }

        private void WriteValue(string indent)
        {
            if (Next.Is('[') || Next.Is('{'))
            {
                WriteGroup(indent);
                return;
            }

            // A date and its time are two.
            Append(Take());
            while (Next.Kind == TomlTokenKind.Bare)
            {
                Append($" {Take()}");
            }
        }

        private void WriteGroup(string indent)
        {
            bool isArray = Next.Is('[');
            if (!IsInOneLine(isArray))
            {
                WriteInLines(isArray, indent);
                return;
            }

            (int begin, int lines, string before) = (_at, _lines.Count, _lines[^1]);
            bool outer = _mustFit;
            _mustFit = true;
            WriteInOneLine(isArray, indent);
            _mustFit = outer;
            if (
                !outer
                && isArray
                && _lines.Count == lines
                && _lines[^1].Length > LongestLine
                && !_tokens[begin + 1].Is(']')
            )
            {
                (_at, _lines[^1]) = (begin, before);
                WriteInLines(isArray, indent);
            }
        }

        // Whoever wrote an array in several lines wants one item a line; a table in braces is in several for its comments only.
        private bool IsInOneLine(bool isArray)
        {
            int depth = 0;
            for (int at = _at; ; at++)
            {
                TomlToken token = _tokens[at];
                depth +=
                    token.Is('[') || token.Is('{') ? 1
                    : token.Is(']') || token.Is('}') ? -1
                    : 0;
                if (depth == 0)
                {
                    return true;
                }

                if (
                    token.Kind == TomlTokenKind.Comment
                        ? isArray || depth == 1
                        : isArray && !_mustFit && token.Kind == TomlTokenKind.NewLine
                )
                {
                    return false;
                }
            }
        }

        private void WriteInOneLine(bool isArray, string indent)
        {
            string blank = isArray ? "" : " ";
            Append(Take());
            for (bool first = true; SkipLineEnds() is var next && !next.Is(']') && !next.Is('}'); first = false)
            {
                Append(first ? blank : ", ");
                WriteItem(isArray, indent);
                if (SkipLineEnds().Is(','))
                {
                    _at++;
                }
            }

            Append(_lines[^1][^1] is '[' or '{' ? Take() : blank + Take());
        }

        private void WriteInLines(bool isArray, string indent)
        {
            string inner = indent + "  ";
            Append(Take());
            int first = _lines.Count;
            while (!Next.Is(']') && !Next.Is('}'))
            {
                if (Next.Kind == TomlTokenKind.NewLine)
                {
                    // The first ends a line; the second is a blank one.
                    _at++;
                    if (Next.Kind == TomlTokenKind.NewLine && _lines.Count > first && !ClosesNext())
                    {
                        WriteBlankLine(_lines.Count);
                    }
                }
                else if (Next.Kind == TomlTokenKind.Comment)
                {
                    Comment(inner);
                }
                else
                {
                    BeginLine(inner);
                    WriteItem(isArray, inner);
                    Append(",");
                    TakeComma(inner);
                }
            }

            BeginLine(indent + Take());
        }

        private bool ClosesNext()
        {
            int at = _at;
            while (_tokens[at].Kind == TomlTokenKind.NewLine)
            {
                at++;
            }

            return _tokens[at].Is(']') || _tokens[at].Is('}');
        }

        // Comments between an item and its comma come after the comma.
        private void TakeComma(string inner)
        {
            int at = _at;
            while (_tokens[at].Kind is TomlTokenKind.NewLine or TomlTokenKind.Comment)
            {
                at++;
            }

            if (!_tokens[at].Is(','))
            {
                return;
            }

            while (!Next.Is(','))
            {
                if (Next.Kind == TomlTokenKind.Comment)
                {
                    Comment(inner);
                }
                else
                {
                    _at++;
                }
            }

            _at++;
        }

        private void Comment(string inner)
        {
            if (_tokens[_at - 1].Kind != TomlTokenKind.NewLine && !_hasComment)
            {
                AppendComment();
            }
            else
            {
                BeginLine(inner + Take());
            }

            _hasComment = true;
        }

        private void WriteItem(bool isArray, string indent)
        {
            if (!isArray)
            {
                Append($"{Joined(static token => token.Is('='))} = ");
                _at++;
            }

            SkipLineEnds();
            WriteValue(indent);
        }

        private TomlToken SkipLineEnds()
        {
            while (Next.Kind == TomlTokenKind.NewLine)
            {
                _at++;
            }

            return Next;
        }

        private string Joined(Func<TomlToken, bool> ends)
        {
            StringBuilder joined = new();
            while (!ends(Next))
            {
                joined.Append(Take());
            }

            return joined.ToString();
        }

        private string Take() => _tokens[_at++].Text;

        // Comments below each other stay so, where the line leaves room.
        private void AppendComment()
        {
            int length = _lines[^1].Length - (_lines[^1].LastIndexOf('\n') + 1);
            Append(new string(' ', Math.Max(1, Next.Column - length)) + Take());
        }

        private void BeginLine(string text)
        {
            _hasComment = false;
            _lines.Add(text);
        }

        private void Append(string more) => _lines[^1] += more;
    }
}
