using System.Text;
using Peipkg.Format.Text;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.Globs;

/// <summary>Reads the syntax of a pattern; the first mistake ends it.</summary>
internal ref struct GlobParser(string pattern)
{
    private int _at;
    private int _depth;

    /// <summary>What is wrong with the pattern, or null.</summary>
    internal string? Error { get; private set; }

    internal List<GlobNode> Parse()
    {
        List<GlobNode> nodes = Sequence();
        if (Error is null && _at < pattern.Length)
        {
            // Only an unopened brace ends a sequence before the pattern does.
            Error = "the \"}\" closes nothing; write \"\\}\" for the character";
        }

        return nodes;
    }

    private List<GlobNode> Sequence()
    {
        List<GlobNode> nodes = [];
        while (Error is null && _at < pattern.Length)
        {
            char c = pattern[_at];
            if (c == '}' || (c == ',' && _depth > 0))
            {
                break;
            }

            switch (c)
            {
                case '*':
                    int start = _at;
                    while (_at < pattern.Length && pattern[_at] == '*')
                    {
                        _at++;
                    }

                    nodes.Add(_at - start > 1 ? new GlobNode.DoubleStar() : new GlobNode.Star());
                    break;
                case '?':
                    _at++;
                    nodes.Add(new GlobNode.AnyOne());
                    break;
                case '[':
                    _at++;
                    nodes.Add(Class());
                    break;
                case '{':
                    _at++;
                    nodes.Add(Choice());
                    break;
                default:
                    nodes.Add(new GlobNode.Literal(Character()));
                    break;
            }
        }

        return nodes;
    }

    private GlobNode.Choice Choice()
    {
        List<IReadOnlyList<GlobNode>> alternatives = [];
        if (++_depth > RecipeLimits.GlobBraceDepth)
        {
            Error = $"braces are nested more than {RecipeLimits.GlobBraceDepth} deep";
            return new GlobNode.Choice(alternatives);
        }

        bool closed = false;
        while (Error is null && !closed)
        {
            alternatives.Add(Sequence());
            if (Error is null && _at == pattern.Length)
            {
                Error = "the \"{\" is never closed; write \"\\{\" for the character";
            }
            else if (Error is null)
            {
                // A sequence inside braces ends at a comma or a closing brace.
                closed = pattern[_at++] == '}';
            }
        }

        if (Error is null && alternatives is [{ Count: 0 }])
        {
            Error = "\"{}\" holds no alternatives";
        }

        _depth--;
        return new GlobNode.Choice(alternatives);
    }

    private GlobNode.Class Class()
    {
        List<(int First, int Last)> ranges = [];
        bool negated = _at < pattern.Length && pattern[_at] is '!' or '^';
        _at += negated ? 1 : 0;
        while (Error is null)
        {
            if (_at >= pattern.Length)
            {
                Error = "the \"[\" is never closed; write \"\\[\" for the character";
            }
            else if (pattern[_at] == ']')
            {
                _at++;
                Error = ranges.Count == 0 ? "the class is empty; write \"[\\]]\" for the character \"]\"" : null;
                break;
            }
            else
            {
                int first = ClassCharacter();
                int last = first;
                if (Error is null && _at + 1 < pattern.Length && pattern[_at] == '-' && pattern[_at + 1] != ']')
                {
                    _at++;
                    last = ClassCharacter();
                }

                if (Error is null && last < first)
                {
                    Error = $"the range \"{new Rune(first)}-{new Rune(last)}\" runs backwards";
                }

                ranges.Add((first, last));
            }
        }

        return new GlobNode.Class(negated, ranges);
    }

    private int ClassCharacter()
    {
        Rune rune = Character();
        if (Error is null && rune.Value == '/')
        {
            Error = "a class cannot hold \"/\"";
        }

        return rune.Value;
    }

    private Rune Character()
    {
        if (pattern[_at] == '\\' && ++_at == pattern.Length)
        {
            Error = "it ends in a lone \"\\\"";
            return default;
        }

        if (
            Rune.DecodeFromUtf16(pattern.AsSpan(_at), out Rune rune, out int length)
            != System.Buffers.OperationStatus.Done
        )
        {
            Error = $"{DisplayText.Quote(pattern.Substring(_at, 1))} is not a whole character";
        }

        _at += length;
        return rune;
    }
}
