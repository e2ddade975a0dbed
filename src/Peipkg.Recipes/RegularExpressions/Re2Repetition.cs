using System.Globalization;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>One of RE2's operators of repetition: <c>* + ? {n} {n,} {n,m}</c>.</summary>
/// <param name="Text">The operator as written.</param>
/// <param name="Least">How often what is before it comes at least.</param>
/// <param name="Most">How often it comes at most; null without an end.</param>
internal readonly record struct Re2Repetition(string Text, int Least, int? Most)
{
    /// <summary>Reads an operator, or answers false and stays.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="at">Where to read, inside the pattern; ends after the operator.</param>
    /// <param name="repetition">The operator.</param>
    /// <exception cref="RegexSyntaxException">The bounds are too large or in the wrong order.</exception>
    internal static bool TryRead(string pattern, ref int at, out Re2Repetition repetition)
    {
        repetition = pattern[at] switch
        {
            '*' => new Re2Repetition("*", 0, null),
            '+' => new Re2Repetition("+", 1, null),
            '?' => new Re2Repetition("?", 0, 1),
            _ => default,
        };
        if (repetition.Text is not null)
        {
            at++;
            return true;
        }

        // A brace that begins no repetition stands for itself, in RE2 as in Perl.
        int end = pattern.IndexOf('}', at);
        if (pattern[at] != '{' || end < 0)
        {
            return false;
        }

        string[] bounds = pattern[(at + 1)..end].Split(',');
        int least = 0;
        int most = 0;
        if (
            bounds.Length > 2
            || !TryReadBound(bounds[0], out least)
            || (bounds.Length == 2 && bounds[1].Length > 0 && !TryReadBound(bounds[1], out most))
        )
        {
            return false;
        }

        const int Limit = RecipeLimits.TagPatternRepetitions;
        bool open = bounds is [_, ""];
        most = bounds.Length == 1 || open ? least : most;
        repetition = new Re2Repetition(pattern[at..(end + 1)], least, open ? null : most);
        if (least > Limit || most > Limit || most < least)
        {
            throw new RegexSyntaxException(
                $"\"{repetition.Text}\" is not a repetition; the bounds are 0 to {Limit} and ascending"
            );
        }

        at = end + 1;
        return true;
    }

    private static bool TryReadBound(string text, out int value)
    {
        value = 0;
        if (text.Length == 0 || !text.All(char.IsAsciiDigit) || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        value =
            text.Length > 4 ? RecipeLimits.TagPatternRepetitions + 1 : int.Parse(text, CultureInfo.InvariantCulture);
        return true;
    }
}
