using System.Collections.Concurrent;
using System.Globalization;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>
/// A set of characters as ranges of code points.
/// </summary>
internal sealed class CharacterSet
{
    private const int LastCodePoint = 0x10ffff;

    // Telling a category takes a look at every character there is, and there are 38 names of them.
    private static readonly ConcurrentDictionary<string, CharacterSet> Categories = new(StringComparer.Ordinal);

    private readonly List<(int First, int Last)> _ranges = [];

    internal static CharacterSet Digits => new CharacterSet().Add('0', '9');

    internal static CharacterSet Words => new CharacterSet().Add('0', '9').Add('A', 'Z').Add('_', '_').Add('a', 'z');

    internal static CharacterSet Blanks => new CharacterSet().Add('\t', '\n').Add('\f', '\r').Add(' ', ' ');

    internal CharacterSet Add(int first, int last)
    {
        _ranges.Add((first, last));
        return this;
    }

    internal CharacterSet Add(CharacterSet other)
    {
        _ranges.AddRange(other._ranges);
        return this;
    }

    /// <summary>The set of <c>\pL</c>, <c>\p{Lu}</c> and the like; scripts are not known to the base class library.</summary>
    internal static CharacterSet OfCategory(string name)
    {
        if (name == "Any")
        {
            return new CharacterSet().Add(0, LastCodePoint);
        }

        string[] codes =
        [
            "Lu",
            "Ll",
            "Lt",
            "Lm",
            "Lo",
            "Mn",
            "Mc",
            "Me",
            "Nd",
            "Nl",
            "No",
            "Zs",
            "Zl",
            "Zp",
            "Cc",
            "Cf",
            "Cs",
            "Co",
            "Pc",
            "Pd",
            "Ps",
            "Pe",
            "Pi",
            "Pf",
            "Po",
            "Sm",
            "Sc",
            "Sk",
            "So",
        ];
        if (name.Length is 0 or > 2 || !codes.Any(code => code.StartsWith(name, StringComparison.Ordinal)))
        {
            throw new RegexSyntaxException(
                $"the Unicode class \"{name}\" is not supported; general categories such as Lu are"
            );
        }

        return Categories.GetOrAdd(name, static (wanted, all) => Scan(wanted, all), codes);
    }

    internal static CharacterSet? OfPosixName(string name) =>
        name switch
        {
            "alnum" => new CharacterSet().Add('0', '9').Add('A', 'Z').Add('a', 'z'),
            "alpha" => new CharacterSet().Add('A', 'Z').Add('a', 'z'),
            "ascii" => new CharacterSet().Add(0, 0x7f),
            "blank" => new CharacterSet().Add('\t', '\t').Add(' ', ' '),
            "cntrl" => new CharacterSet().Add(0, 0x1f).Add(0x7f, 0x7f),
            "digit" => Digits,
            "graph" => new CharacterSet().Add('!', '~'),
            "lower" => new CharacterSet().Add('a', 'z'),
            "print" => new CharacterSet().Add(' ', '~'),
            "punct" => new CharacterSet().Add('!', '/').Add(':', '@').Add('[', '`').Add('{', '~'),
            "space" => new CharacterSet().Add('\t', '\r').Add(' ', ' '),
            "upper" => new CharacterSet().Add('A', 'Z'),
            "word" => Words,
            "xdigit" => new CharacterSet().Add('0', '9').Add('A', 'F').Add('a', 'f'),
            _ => null,
        };

    internal CharacterSet Complement()
    {
        CharacterSet complement = new();
        int next = 0;
        foreach ((int first, int last) in Ordered()._ranges)
        {
            if (first > next)
            {
                complement.Add(next, first - 1);
            }

            next = last + 1;
        }

        return next <= LastCodePoint ? complement.Add(next, LastCodePoint) : complement;
    }

    /// <summary>The same set with its ranges in order and apart, as <see cref="Contains"/> needs it.</summary>
    internal CharacterSet Ordered()
    {
        CharacterSet ordered = new();
        foreach ((int first, int last) in _ranges.Order())
        {
            if (ordered._ranges is [.., (int start, int end)] && first <= end + 1)
            {
                ordered._ranges[^1] = (start, Math.Max(end, last));
            }
            else
            {
                ordered._ranges.Add((first, last));
            }
        }

        return ordered;
    }

    /// <summary>Whether a character is in the set, which is in order.</summary>
    internal bool Contains(int c)
    {
        int low = 0;
        int high = _ranges.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (int first, int last) = _ranges[middle];
            if (c >= first && c <= last)
            {
                return true;
            }

            (low, high) = c < first ? (low, middle - 1) : (middle + 1, high);
        }

        return false;
    }

    private static CharacterSet Scan(string name, string[] codes)
    {
        CharacterSet set = new();
        for (int c = 0; c <= LastCodePoint; c++)
        {
            int category = (int)CharUnicodeInfo.GetUnicodeCategory(c);
            if (category < codes.Length && codes[category].StartsWith(name, StringComparison.Ordinal))
            {
                set.Append(c);
            }
        }

        return set;
    }

    private void Append(int c)
    {
        if (_ranges is [.., (int first, int last)] && last == c - 1)
        {
            _ranges[^1] = (first, c);
        }
        else
        {
            _ranges.Add((c, c));
        }
    }
}
