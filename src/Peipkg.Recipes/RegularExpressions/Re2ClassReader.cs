using System.Globalization;
using System.Text;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>Reads RE2's bracketed classes, class escapes and escaped characters.</summary>
internal static class Re2ClassReader
{
    /// <summary>Reads <c>[…]</c>.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="at">Where the bracket is; ends after its partner.</param>
    /// <param name="negated">Whether the class is of the characters outside the set.</param>
    internal static CharacterSet Read(string pattern, ref int at, out bool negated)
    {
        CharacterSet set = new();
        int open = at++;
        negated = at < pattern.Length && pattern[at] == '^';
        at += negated ? 1 : 0;
        for (bool first = true; ; first = false)
        {
            if (at >= pattern.Length)
            {
                throw new RegexSyntaxException($"the \"[\" at position {open + 1} is never closed");
            }

            if (pattern[at] == ']' && !first)
            {
                at++;
                return set;
            }

            if (PosixClass(pattern, ref at) is { } named || (named = TryReadSet(pattern, ref at)) is not null)
            {
                set.Add(named);
                continue;
            }

            int low = Character(pattern, ref at);
            int high = low;
            if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
            {
                at++;
                high = Character(pattern, ref at);
            }

            if (high < low)
            {
                throw new RegexSyntaxException("a range in a class runs backwards");
            }

            set.Add(low, high);
        }
    }

    /// <summary>Reads <c>\d \D \s \S \w \W \pL \p{Lu} \PL</c>, or answers null and stays.</summary>
    internal static CharacterSet? TryReadSet(string pattern, ref int at)
    {
        if (at + 1 >= pattern.Length || pattern[at] != '\\')
        {
            return null;
        }

        char kind = pattern[at + 1];
        CharacterSet? set = char.ToLowerInvariant(kind) switch
        {
            'd' => CharacterSet.Digits,
            's' => CharacterSet.Blanks,
            'w' => CharacterSet.Words,
            _ => null,
        };
        if (set is not null)
        {
            at += 2;
            return char.IsAsciiLetterUpper(kind) ? set.Complement() : set;
        }

        if (kind is not ('p' or 'P') || at + 2 >= pattern.Length)
        {
            return null;
        }

        bool negated = kind == 'P';
        int end = at + 3;
        string name = pattern[(at + 2)..end];
        if (name == "{")
        {
            end = pattern.IndexOf('}', at);
            if (end < 0)
            {
                throw new RegexSyntaxException("a \"\\p{\" is never closed");
            }

            name = pattern[(at + 3)..end++];
            negated ^= name.StartsWith('^');
            name = name.TrimStart('^');
        }

        set = CharacterSet.OfCategory(name);
        at = end;
        return negated ? set.Complement() : set;
    }

    /// <summary>Reads an escape that stands for one character; <paramref name="at"/> is on the backslash.</summary>
    internal static int ReadEscapedCharacter(string pattern, ref int at)
    {
        if (at + 1 >= pattern.Length)
        {
            throw new RegexSyntaxException("it ends in a lone \"\\\"");
        }

        char c = pattern[at + 1];
        at += 2;
        switch (c)
        {
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                return Hexadecimal(pattern, ref at);
            case >= '0' and <= '7' when c == '0' || (at < pattern.Length && pattern[at] is >= '0' and <= '7'):
                int value = c - '0';
                for (
                    int digits = 1;
                    digits < 3 && at < pattern.Length && pattern[at] is >= '0' and <= '7';
                    digits++, at++
                )
                {
                    value = (value * 8) + (pattern[at] - '0');
                }

                return value;
            case >= '1' and <= '9':
                throw new RegexSyntaxException($"back-references (\"\\{c}\") are not RE2");
            case < '\x80' when !char.IsAsciiLetterOrDigit(c):
                return c;
            default:
                throw new RegexSyntaxException(
                    c is 'Z' ? "\"\\Z\" is not RE2; write \"\\z\"" : $"\"\\{c}\" is not an escape of RE2"
                );
        }
    }

    /// <summary>The character at a place.</summary>
    internal static Rune RuneAt(string pattern, int at) =>
        Rune.TryGetRuneAt(pattern, at, out Rune rune)
            ? rune
            : throw new RegexSyntaxException("it has an incomplete character");

    private static int Hexadecimal(string pattern, ref int at)
    {
        ReadOnlySpan<char> rest = pattern.AsSpan(at);
        int end = rest.StartsWith("{") ? rest.IndexOf('}') : 2;
        if (end >= 0 && end <= rest.Length)
        {
            ReadOnlySpan<char> digits = rest.StartsWith("{") ? rest[1..end] : rest[..end];
            if (
                digits.Length is > 0 and <= 6
                && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
                && value <= 0x10ffff
            )
            {
                at += end + (rest.StartsWith("{") ? 1 : 0);
                return value;
            }
        }

        throw new RegexSyntaxException("\"\\x\" needs two hexadecimal digits, or up to six in braces");
    }

    private static int Character(string pattern, ref int at)
    {
        if (at >= pattern.Length)
        {
            throw new RegexSyntaxException("a class is never closed");
        }

        if (pattern[at] == '\\')
        {
            return ReadEscapedCharacter(pattern, ref at);
        }

        Rune rune = RuneAt(pattern, at);
        at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private static CharacterSet? PosixClass(string pattern, ref int at)
    {
        ReadOnlySpan<char> rest = pattern.AsSpan(at);
        if (!rest.StartsWith("[:"))
        {
            return null;
        }

        // Its end comes after its beginning: "[[:]" is a class of two characters.
        int length = rest[2..].IndexOf(":]");
        if (length < 0)
        {
            return null;
        }

        string name = rest.Slice(2, length).ToString();
        bool negated = name.StartsWith('^');
        CharacterSet set =
            CharacterSet.OfPosixName(negated ? name[1..] : name)
            ?? throw new RegexSyntaxException($"there is no class \"[:{name}:]\"");
        at += length + 4;
        return negated ? set.Complement() : set;
    }
}
