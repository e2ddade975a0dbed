using System.Globalization;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>Reads RE2's operators of repetition: <c>* + ? {n} {n,} {n,m}</c>.</summary>
internal static class Re2Repetition
{
    /// <summary>The largest bound, and the largest product of nested ones, as in Go.</summary>
    internal const int Most = 1000;

    /// <summary>Reads an operator, or answers false and stays.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="at">Where to read, inside the pattern; ends behind the operator.</param>
    /// <param name="op">The operator as written.</param>
    /// <param name="count">How often at most it repeats what is in front of it, as far as that is bounded.</param>
    /// <exception cref="RegexSyntaxException">The bounds are too large or in the wrong order.</exception>
    internal static bool TryRead(string pattern, ref int at, out string op, out int count)
    {
        count = 1;
        op = pattern[at].ToString();
        if (op is "*" or "+" or "?")
        {
            at++;
            return true;
        }

        // A brace that begins no repetition stands for itself, in RE2 as in Perl.
        int end = pattern.IndexOf('}', at);
        if (op != "{" || end < 0)
        {
            return false;
        }

        string[] bounds = pattern[(at + 1)..end].Split(',');
        int least = 0;
        int most = 0;
        if (
            bounds.Length > 2
            || !Bound(bounds[0], out least)
            || (bounds.Length == 2 && bounds[1].Length > 0 && !Bound(bounds[1], out most))
        )
        {
            return false;
        }

        bool open = bounds is [_, ""];
        most = bounds.Length == 1 || open ? least : most;
        op = pattern[at..(end + 1)];
        if (least > Most || most > Most || most < least)
        {
            throw new RegexSyntaxException($"\"{op}\" is no repetition; the bounds are 0 to {Most} and ascending");
        }

        at = end + 1;
        count = Math.Max(most, 1);
        return true;
    }

    private static bool Bound(string text, out int value)
    {
        value = 0;
        if (text.Length == 0 || !text.All(char.IsAsciiDigit) || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        value = text.Length > 4 ? Most + 1 : int.Parse(text, CultureInfo.InvariantCulture);
        return true;
    }
}
