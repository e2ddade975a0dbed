using System.Text;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>A part of a parsed regular expression.</summary>
internal abstract record RegexNode
{
    /// <summary>One character of a set, or outside it.</summary>
    /// <param name="Set">The set.</param>
    /// <param name="Negated">Whether the character must be outside.</param>
    /// <param name="IgnoreCase">Whether a character whose other case is in the set counts as one of the set.</param>
    internal sealed record Characters(CharacterSet Set, bool Negated, bool IgnoreCase) : RegexNode
    {
        internal bool Matches(Rune rune) =>
            Negated
            != (
                Set.Contains(rune.Value)
                || (
                    IgnoreCase
                    && (
                        Set.Contains(Rune.ToLowerInvariant(rune).Value)
                        || Set.Contains(Rune.ToUpperInvariant(rune).Value)
                    )
                )
            );
    }

    /// <summary>A place between two characters.</summary>
    internal sealed record Place(RegexPlace Kind) : RegexNode;

    /// <summary>One part after the other; nothing at all where there are none.</summary>
    internal sealed record Sequence(IReadOnlyList<RegexNode> Parts) : RegexNode;

    /// <summary>One of several parts, the first that leads to a match.</summary>
    internal sealed record Choice(IReadOnlyList<RegexNode> Alternatives) : RegexNode;

    /// <summary>A part several times.</summary>
    /// <param name="Part">The part.</param>
    /// <param name="Least">How often at least.</param>
    /// <param name="Most">How often at most; null without an end.</param>
    /// <param name="Greedy">Whether more is preferred to less.</param>
    internal sealed record Repetition(RegexNode Part, int Least, int? Most, bool Greedy) : RegexNode;

    /// <summary>A part whose text is kept.</summary>
    /// <param name="Index">Which of the groups it is, from 0.</param>
    /// <param name="Part">The part.</param>
    internal sealed record Capture(int Index, RegexNode Part) : RegexNode;
}

/// <summary>Places between two characters.</summary>
internal enum RegexPlace
{
    /// <summary>The beginning of the text.</summary>
    TextStart,

    /// <summary>The very end of the text.</summary>
    TextEnd,

    /// <summary>The beginning of a line.</summary>
    LineStart,

    /// <summary>The end of a line.</summary>
    LineEnd,

    /// <summary>Between a letter, digit or underscore of ASCII and anything else.</summary>
    WordBoundary,

    /// <summary>Anywhere else.</summary>
    NoWordBoundary,
}
