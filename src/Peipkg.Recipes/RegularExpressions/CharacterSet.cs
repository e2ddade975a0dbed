using System.Globalization;
using System.Text;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>
/// A set of characters as ranges of code points. RE2's <c>\d \w \s</c> are ASCII where .NET's are Unicode, so every class
/// is spelled out in ranges.
/// </summary>
internal sealed class CharacterSet
{
    private const int LastCodePoint = 0x10ffff;
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
        foreach ((int first, int last) in Ordered())
        {
            if (first > next)
            {
                complement.Add(next, first - 1);
            }

            next = last + 1;
        }

        return next <= LastCodePoint ? complement.Add(next, LastCodePoint) : complement;
    }

    /// <summary>The set in the syntax of .NET, which matches UTF-16 units: pairs are spelled as pairs.</summary>
    internal string ToDotNet()
    {
        StringBuilder single = new();
        List<string> pairs = [];
        foreach ((int first, int last) in Ordered())
        {
            // Lone surrogates cannot occur in a tag, which is UTF-8.
            AppendUnits(single, first, Math.Min(last, 0xd7ff));
            AppendUnits(single, Math.Max(first, 0xe000), Math.Min(last, 0xffff));
            AddPairs(pairs, Math.Max(first, 0x10000), last);
        }

        if (single.Length > 0)
        {
            pairs.Insert(0, $"[{single}]");
        }

        return pairs.Count switch
        {
            0 => @"[^\s\S]",
            1 => pairs[0],
            _ => $"(?:{string.Join('|', pairs)})",
        };
    }

    internal static string Escape(int unit) => $"\\u{unit:x4}";

    private static void AppendUnits(StringBuilder text, int first, int last)
    {
        if (first <= last)
        {
            text.Append(Escape(first)).Append('-').Append(Escape(last));
        }
    }

    private static void AddPairs(List<string> pairs, int first, int last)
    {
        while (first <= last)
        {
            // One high surrogate at a time at the edges, all whole ones between them together.
            int high = 0xd800 + ((first - 0x10000) >> 10);
            int lastHigh = 0xd800 + ((last - 0x10000) >> 10);
            int low = 0xdc00 + (first & 0x3ff);
            bool whole = low == 0xdc00 && (lastHigh > high || (last & 0x3ff) == 0x3ff);
            int endHigh =
                !whole ? high
                : (last & 0x3ff) == 0x3ff ? lastHigh
                : lastHigh - 1;
            int endLow = whole || lastHigh > high ? 0xdfff : 0xdc00 + (last & 0x3ff);
            pairs.Add($"[{Escape(high)}-{Escape(endHigh)}][{Escape(low)}-{Escape(endLow)}]");
            first = 0x10000 + ((endHigh - 0xd800) << 10) + (endLow - 0xdc00) + 1;
        }
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

    private List<(int First, int Last)> Ordered()
    {
        List<(int First, int Last)> merged = [];
        foreach ((int first, int last) in _ranges.Order())
        {
            if (merged is [.., (int start, int end)] && first <= end + 1)
            {
                merged[^1] = (start, Math.Max(end, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return merged;
    }
}
