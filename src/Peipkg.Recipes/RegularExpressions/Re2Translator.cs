using System.Text;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>
/// Translates RE2 syntax, as Go documents it, into that of .NET's non-backtracking engine: checks what RE2 allows, spells
/// out what the two read differently (<c>$</c>, <c>.</c>, <c>\d</c>, flags), and notes the groups.
/// </summary>
internal sealed class Re2Translator
{
    private const int DeepestGroups = 100;

    private readonly string _pattern;
    private readonly StringBuilder _output = new();
    private int _at;
    private int _depth;
    private Flags _flags;

    private Re2Translator(string pattern) => _pattern = pattern;

    [Flags]
    private enum Flags
    {
        None = 0,
        IgnoreCase = 1,
        MultiLine = 2,
        DotAll = 4,
        Ungreedy = 8,
    }

    /// <summary>The names of the capturing groups in order; null for one without a name.</summary>
    internal List<string?> Groups { get; } = [];

    private bool AtEnd => _at >= _pattern.Length;

    /// <summary>Translates a pattern.</summary>
    /// <exception cref="RegexSyntaxException">It is not RE2; the message says why.</exception>
    internal static (string DotNet, List<string?> Groups) Translate(string pattern)
    {
        Re2Translator translator = new(pattern);
        translator.Alternation();
        if (!translator.AtEnd)
        {
            throw new RegexSyntaxException("the \")\" closes nothing");
        }

        return (translator._output.ToString(), translator.Groups);
    }

    /// <summary>Translates up to the end of the group; answers how often at most it repeats something.</summary>
    private int Alternation()
    {
        int repeats = 1;
        Flags outer = _flags;
        if (++_depth > DeepestGroups)
        {
            throw new RegexSyntaxException($"groups are nested more than {DeepestGroups} deep");
        }

        while (!AtEnd && _pattern[_at] != ')')
        {
            if (_pattern[_at] == '|')
            {
                _output.Append('|');
                _at++;
                continue;
            }

            int start = _output.Length;
            int inner = Atom(out bool repeatable);
            repeats = Math.Max(repeats, Repetition(start, inner, repeatable));
        }

        _flags = outer;
        _depth--;
        return repeats;
    }

    private int Repetition(int start, int inner, bool repeatable)
    {
        if (AtEnd || !Re2Repetition.TryRead(_pattern, ref _at, out string op, out int count))
        {
            return inner;
        }

        if (!repeatable)
        {
            throw new RegexSyntaxException($"there is nothing to repeat before \"{op}\"");
        }

        if (inner * count > Re2Repetition.Most)
        {
            throw new RegexSyntaxException($"something is repeated more than {Re2Repetition.Most} times");
        }

        bool lazy = !AtEnd && _pattern[_at] == '?';
        _at += lazy ? 1 : 0;
        int next = _at;
        if (!AtEnd && Re2Repetition.TryRead(_pattern, ref _at, out string second, out _))
        {
            throw new RegexSyntaxException($"\"{op}{(lazy ? "?" : "")}{second}\" repeats a repetition");
        }

        _at = next;
        _output.Insert(start, "(?:").Append(')').Append(op);
        if (lazy != _flags.HasFlag(Flags.Ungreedy))
        {
            _output.Append('?');
        }

        return inner * count;
    }

    private int Atom(out bool repeatable)
    {
        repeatable = true;
        char c = _pattern[_at];
        switch (c)
        {
            case '(':
                return Group(out repeatable);
            case '[':
                Set(Re2ClassReader.Read(_pattern, ref _at));
                return 1;
            case '.':
                _at++;
                Set(
                    (
                        _flags.HasFlag(Flags.DotAll) ? new CharacterSet() : new CharacterSet().Add('\n', '\n')
                    ).Complement()
                );
                return 1;
            case '^':
                _at++;
                _output.Append(_flags.HasFlag(Flags.MultiLine) ? "(?m:^)" : @"\A");
                return 1;
            case '$':
                // RE2's means the very end, .NET's also the place before a final line feed.
                _at++;
                _output.Append(_flags.HasFlag(Flags.MultiLine) ? "(?m:$)" : @"\z");
                return 1;
            case '*' or '+' or '?':
                repeatable = false;
                return 1;
            case '\\':
                Escape();
                return 1;
            default:
                Literal();
                return 1;
        }
    }

    private void Literal()
    {
        Rune rune = Rune.GetRuneAt(_pattern, _at);
        _at += rune.Utf16SequenceLength;
        Character(rune.Value);
    }

    private void Escape()
    {
        if (_at + 1 >= _pattern.Length)
        {
            throw new RegexSyntaxException("it ends in a lone \"\\\"");
        }

        switch (_pattern[_at + 1])
        {
            case 'A' or 'b' or 'B' or 'z':
                _output.Append('\\').Append(_pattern[_at + 1]);
                _at += 2;
                break;
            case 'Q':
                int end = _pattern.IndexOf(@"\E", _at, StringComparison.Ordinal);
                for (_at += 2; _at < (end < 0 ? _pattern.Length : end); )
                {
                    Literal();
                }

                _at = end < 0 ? _pattern.Length : end + 2;
                break;
            default:
                if (Re2ClassReader.TryReadSet(_pattern, ref _at) is { } set)
                {
                    Set(set);
                }
                else
                {
                    Character(Re2ClassReader.ReadEscapedCharacter(_pattern, ref _at));
                }

                break;
        }
    }

    private int Group(out bool repeatable)
    {
        repeatable = true;
        int open = _at++;
        Flags outer = _flags;
        string start = "(";
        if (!AtEnd && _pattern[_at] == '?')
        {
            _at++;
            if (Name() is { } name)
            {
                Groups.Add(name);
                start = $"(?<{name}>";
            }
            else if (ReadFlags(open))
            {
                // (?i) holds to the end of the enclosing group; the translation spells flags out where they apply.
                repeatable = false;
                return 1;
            }
            else
            {
                start = "(?:";
            }
        }
        else
        {
            Groups.Add(null);
        }

        _output.Append(start);
        int repeats = Alternation();
        if (AtEnd)
        {
            throw new RegexSyntaxException("a \"(\" is never closed");
        }

        _at++;
        _output.Append(')');
        _flags = outer;
        return repeats;
    }

    private string? Name()
    {
        int start =
            _pattern.AsSpan(_at).StartsWith("P<") ? _at + 2
            : _pattern.AsSpan(_at).StartsWith("<")
            && !_pattern.AsSpan(_at).StartsWith("<=")
            && !_pattern.AsSpan(_at).StartsWith("<!")
                ? _at + 1
            : -1;
        if (start < 0)
        {
            return null;
        }

        int end = _pattern.IndexOf('>', start);
        string name = end < 0 ? "" : _pattern[start..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new RegexSyntaxException(
                $"the group \"{_pattern[(_at - 2)..(end < 0 ? _pattern.Length : end + 1)]}\" has no proper name"
            );
        }

        if (Groups.Contains(name))
        {
            throw new RegexSyntaxException($"two groups are named \"{name}\"");
        }

        _at = end + 1;
        return name;
    }

    /// <summary>Reads <c>i-s)</c> or <c>i-s:</c>; answers whether the group ended with it.</summary>
    private bool ReadFlags(int open)
    {
        Flags flags = _flags;
        bool off = false;
        for (bool any = false; !AtEnd; any = true, _at++)
        {
            char c = _pattern[_at];
            Flags flag = c switch
            {
                'i' => Flags.IgnoreCase,
                'm' => Flags.MultiLine,
                's' => Flags.DotAll,
                'U' => Flags.Ungreedy,
                _ => Flags.None,
            };
            if (flag != Flags.None)
            {
                flags = off ? flags & ~flag : flags | flag;
            }
            else if (c == '-' && !off)
            {
                off = true;
            }
            else if ((c == ':' || (c == ')' && any)) && _pattern[_at - 1] != '-')
            {
                _at++;
                _flags = flags;
                return c == ')';
            }
            else
            {
                break;
            }
        }

        string shown = _pattern[open..Math.Min(_at + 1, _pattern.Length)];
        throw new RegexSyntaxException(
            shown is "(?=" or "(?!" or "(?<"
                ? $"look-around (\"{shown}\") is not RE2"
                : $"\"{shown}\" begins no group that RE2 knows"
        );
    }

    private void Character(int c) => Set(new CharacterSet().Add(c, c));

    private void Set(CharacterSet set)
    {
        string text = set.ToDotNet();
        _output.Append(_flags.HasFlag(Flags.IgnoreCase) ? $"(?i:{text})" : text);
    }
}
