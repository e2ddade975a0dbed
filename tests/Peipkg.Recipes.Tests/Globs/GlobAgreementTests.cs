using System.Text;
using Peipkg.Recipes.Globs;

namespace Peipkg.Recipes.Tests.Globs;

/// <summary>
/// The automaton against a second reading of the documented semantics, naive on purpose: braces expanded, components
/// matched one by one with recursion.
/// </summary>
public sealed class GlobAgreementTests
{
    [Fact]
    [Trait("Speed", "slow")]
    public void The_automaton_agrees_with_a_naive_matcher_on_random_patterns()
    {
        Random random = new(20260501);
        int matches = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string pattern = Pattern(random, 0);
            if (!Glob.TryParse(pattern, out Glob glob, out _))
            {
                continue;
            }

            // Braces that bring two stars together have no documented meaning.
            List<string> expanded = [.. Expand(pattern.Replace("**", "§", StringComparison.Ordinal))];
            string[] together = ["**", "*§", "§*", "§§"];
            if (expanded.Any(plain => together.Any(stars => plain.Contains(stars, StringComparison.Ordinal))))
            {
                continue;
            }

            for (int j = 0; j < 8; j++)
            {
                string path = Path(random);
                bool expected = expanded.Any(plain => Components(plain.Split('/'), path.Split('/')));
                Assert.True(expected == glob.IsMatch(path), $"pattern {pattern}, path {path}: expected {expected}");
                matches += expected ? 1 : 0;
            }
        }

        // The generator would be useless if hardly anything matched.
        Assert.True(matches > 5_000, $"only {matches} matches");
    }

    internal static string Path(Random random) =>
        string.Join(
            '/',
            Enumerable
                .Range(0, random.Next(1, 5))
                .Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => "ab."[random.Next(3)])]))
        );

    internal static string Pattern(Random random, int depth)
    {
        StringBuilder text = new();
        int components = random.Next(1, 5);
        for (int i = 0; i < components; i++)
        {
            text.Append(i > 0 ? "/" : "");
            if (random.Next(4) == 0)
            {
                text.Append("**");
                continue;
            }

            for (int parts = random.Next(1, 4); parts > 0; parts--)
            {
                text.Append(
                    random.Next(depth < 2 ? 9 : 7) switch
                    {
                        0 or 1 => "a",
                        2 => "b",
                        3 => "?",
                        4 => text.Length > 0 && text[^1] == '*' ? "a" : "*",
                        5 => "[ab]",
                        6 => "[!a]",
                        _ =>
                            $"{{{Pattern(random, depth + 1)},{(random.Next(4) == 0 ? "" : Pattern(random, depth + 1))}}}",
                    }
                );
            }
        }

        return text.ToString();
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        int open = pattern.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            return [pattern];
        }

        List<string> alternatives = [];
        int depth = 0;
        int start = open + 1;
        int end = open;
        for (; end < pattern.Length; end++)
        {
            depth +=
                pattern[end] == '{' ? 1
                : pattern[end] == '}' ? -1
                : 0;
            if ((depth == 1 && pattern[end] == ',') || depth == 0)
            {
                alternatives.Add(pattern[start..end]);
                start = end + 1;
                if (depth == 0)
                {
                    break;
                }
            }
        }

        return alternatives.SelectMany(a => Expand(pattern[..open] + a + pattern[(end + 1)..]));
    }

    private static bool Components(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        if (pattern.IsEmpty)
        {
            return path.IsEmpty;
        }

        if (pattern[0] == "§")
        {
            for (int skipped = 0; skipped <= path.Length; skipped++)
            {
                if (Components(pattern[1..], path[skipped..]))
                {
                    return true;
                }
            }

            return false;
        }

        return !path.IsEmpty && Component(pattern[0], path[0]) && Components(pattern[1..], path[1..]);
    }

    private static bool Component(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        if (pattern.IsEmpty)
        {
            return text.IsEmpty;
        }

        switch (pattern[0])
        {
            case '*' or '§':
                for (int skipped = 0; skipped <= text.Length; skipped++)
                {
                    if (Component(pattern[1..], text[skipped..]))
                    {
                        return true;
                    }
                }

                return false;
            case '?':
                return !text.IsEmpty && Component(pattern[1..], text[1..]);
            case '[':
                int end = pattern.IndexOf(']');
                ReadOnlySpan<char> set = pattern[1..end];
                bool negated = set[0] == '!';
                return !text.IsEmpty
                    && (negated ? set[1..] : set).Contains(text[0]) != negated
                    && Component(pattern[(end + 1)..], text[1..]);
            default:
                return !text.IsEmpty && text[0] == pattern[0] && Component(pattern[1..], text[1..]);
        }
    }
}
