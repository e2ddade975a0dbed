using System.Text;

namespace Peipkg.Recipes.Globs;

/// <summary>A part of a parsed pattern.</summary>
internal abstract record GlobNode
{
    /// <summary>One given character, the slash included.</summary>
    internal sealed record Literal(Rune Rune) : GlobNode;

    /// <summary><c>?</c>: one character that is not a slash.</summary>
    internal sealed record AnyOne : GlobNode;

    /// <summary><c>*</c>: any number of characters that are not slashes.</summary>
    internal sealed record Star : GlobNode;

    /// <summary><c>**</c>: any depth where it is a whole component, a <c>*</c> elsewhere.</summary>
    internal sealed record DoubleStar : GlobNode;

    /// <summary><c>[…]</c>: one character of a set, or outside it; never a slash.</summary>
    internal sealed record Class(bool Negated, IReadOnlyList<(int First, int Last)> Ranges) : GlobNode
    {
        internal bool Matches(Rune rune)
        {
            foreach ((int first, int last) in Ranges)
            {
                if (rune.Value >= first && rune.Value <= last)
                {
                    return !Negated;
                }
            }

            return Negated;
        }
    }

    /// <summary><c>{a,b}</c>: one of several sequences.</summary>
    internal sealed record Choice(IReadOnlyList<IReadOnlyList<GlobNode>> Alternatives) : GlobNode;
}
