using System.Text;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>Reads RE2 syntax, as Go documents it, and notes the groups.</summary>
internal sealed class Re2Parser
{
    private static readonly RegexNode Nothing = new RegexNode.Sequence([]);

    private readonly string _pattern;
    private int _at;
    private int _depth;
    private Flags _flags;

    private Re2Parser(string pattern) => _pattern = pattern;

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

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="RegexSyntaxException">It is not RE2; the message says why.</exception>
    internal static (RegexNode Expression, List<string?> Groups) Parse(string pattern)
    {
        Re2Parser parser = new(pattern);
        RegexNode expression = parser.Alternation(out _);
        if (!parser.AtEnd)
        {
            throw new RegexSyntaxException("the \")\" closes nothing");
        }

        return (expression, parser.Groups);
    }

    /// <summary>Reads up to the end of the group.</summary>
    /// <param name="repeats">How often at most it repeats something.</param>
    private RegexNode Alternation(out int repeats)
    {
        repeats = 1;
        Flags outer = _flags;
        if (++_depth > RecipeLimits.TagPatternGroupDepth)
        {
            throw new RegexSyntaxException($"groups are nested more than {RecipeLimits.TagPatternGroupDepth} deep");
        }

        List<RegexNode> alternatives = [];
        List<RegexNode> parts = [];
        while (!AtEnd && _pattern[_at] != ')')
        {
            if (_pattern[_at] == '|')
            {
                alternatives.Add(new RegexNode.Sequence(parts));
                parts = [];
                _at++;
                continue;
            }

            int inner = 1;
            bool repeatable = true;
            RegexNode atom = _pattern.AsSpan(_at).StartsWith(@"\Q")
                ? Quoted(parts, out repeatable)
                : Atom(out inner, out repeatable);
            parts.Add(Repetition(atom, ref inner, repeatable));
            repeats = Math.Max(repeats, inner);
        }

        alternatives.Add(new RegexNode.Sequence(parts));
        _flags = outer;
        _depth--;
        return alternatives is [RegexNode only] ? only : new RegexNode.Choice(alternatives);
    }

    private RegexNode Repetition(RegexNode atom, ref int repeats, bool repeatable)
    {
        if (AtEnd || !Re2Repetition.TryRead(_pattern, ref _at, out Re2Repetition repetition))
        {
            return atom;
        }

        if (!repeatable)
        {
            throw new RegexSyntaxException($"there is nothing to repeat before \"{repetition.Text}\"");
        }

        repeats *= Math.Max(1, repetition.Most ?? repetition.Least);
        if (repeats > RecipeLimits.TagPatternRepetitions)
        {
            throw new RegexSyntaxException(
                $"something is repeated more than {RecipeLimits.TagPatternRepetitions} times"
            );
        }

        bool lazy = !AtEnd && _pattern[_at] == '?';
        _at += lazy ? 1 : 0;
        int next = _at;
        if (!AtEnd && Re2Repetition.TryRead(_pattern, ref _at, out Re2Repetition second))
        {
            throw new RegexSyntaxException(
                $"\"{repetition.Text}{(lazy ? "?" : "")}{second.Text}\" repeats a repetition"
            );
        }

        _at = next;
        bool greedy = lazy == _flags.HasFlag(Flags.Ungreedy);
        return new RegexNode.Repetition(atom, repetition.Least, repetition.Most, greedy);
    }

    private RegexNode Atom(out int repeats, out bool repeatable)
    {
        repeats = 1;
        repeatable = true;
        switch (_pattern[_at])
        {
            case '(':
                return Group(out repeats, out repeatable);
            case '[':
                CharacterSet set = Re2ClassReader.Read(_pattern, ref _at, out bool negated);
                return Characters(set, negated);
            case '.':
                _at++;
                CharacterSet excluded = _flags.HasFlag(Flags.DotAll) ? new() : new CharacterSet().Add('\n', '\n');
                return Characters(excluded, negated: true);
            case '^':
                _at++;
                return Place(_flags.HasFlag(Flags.MultiLine) ? RegexPlace.LineStart : RegexPlace.TextStart);
            case '$':
                _at++;
                return Place(_flags.HasFlag(Flags.MultiLine) ? RegexPlace.LineEnd : RegexPlace.TextEnd);
            case '*' or '+' or '?':
                repeatable = false;
                return Nothing;
            case '\\':
                return Escape();
            default:
                return Literal();
        }
    }

    private RegexNode.Characters Literal()
    {
        Rune rune = Re2ClassReader.RuneAt(_pattern, _at);
        _at += rune.Utf16SequenceLength;
        return Character(rune.Value);
    }

    private RegexNode Escape()
    {
        if (_at + 1 >= _pattern.Length)
        {
            throw new RegexSyntaxException("it ends in a lone \"\\\"");
        }

        RegexPlace? place = _pattern[_at + 1] switch
        {
            'A' => RegexPlace.TextStart,
            'z' => RegexPlace.TextEnd,
            'b' => RegexPlace.WordBoundary,
            'B' => RegexPlace.NoWordBoundary,
            _ => null,
        };
        if (place is { } kind)
        {
            _at += 2;
            return Place(kind);
        }

        return Re2ClassReader.TryReadSet(_pattern, ref _at) is { } set
            ? Characters(set, negated: false)
            : Character(Re2ClassReader.ReadEscapedCharacter(_pattern, ref _at));
    }

    // A repetition after \Q…\E repeats the last of the quoted characters, so that one is the atom.
    private RegexNode Quoted(List<RegexNode> parts, out bool repeatable)
    {
        int end = _pattern.IndexOf(@"\E", _at, StringComparison.Ordinal);
        RegexNode? last = null;
        for (_at += 2; _at < (end < 0 ? _pattern.Length : end); last = Literal())
        {
            if (last is not null)
            {
                parts.Add(last);
            }
        }

        _at = end < 0 ? _pattern.Length : end + 2;
        repeatable = last is not null;
        return last ?? Nothing;
    }

    private RegexNode Group(out int repeats, out bool repeatable)
    {
        repeats = 1;
        repeatable = true;
        int open = _at++;
        Flags outer = _flags;
        int? index = null;
        if (!AtEnd && _pattern[_at] == '?')
        {
            _at++;
            if (Name() is { } name)
            {
                index = Groups.Count;
                Groups.Add(name);
            }
            else if (ReadFlags(open))
            {
                // (?i) holds to the end of the enclosing group.
                repeatable = false;
                return Nothing;
            }
        }
        else
        {
            index = Groups.Count;
            Groups.Add(null);
        }

        RegexNode inner = Alternation(out repeats);
        if (AtEnd)
        {
            throw new RegexSyntaxException("a \"(\" is never closed");
        }

        _at++;
        _flags = outer;
        return index is { } number ? new RegexNode.Capture(number, inner) : inner;
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
                $"the group \"{_pattern[(_at - 2)..(end < 0 ? _pattern.Length : end + 1)]}\" has an invalid name"
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
                : $"\"{shown}\" does not begin a group that RE2 knows"
        );
    }

    private RegexNode.Characters Character(int c) => Characters(new CharacterSet().Add(c, c), negated: false);

    private RegexNode.Characters Characters(CharacterSet set, bool negated) =>
        new(set.Ordered(), negated, _flags.HasFlag(Flags.IgnoreCase));

    private static RegexNode.Place Place(RegexPlace kind) => new(kind);
}
