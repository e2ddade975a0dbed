using System.Diagnostics;
using System.Text.RegularExpressions;
using Peipkg.Format.Identity;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Recipes.Tests.Upstreams;

public sealed class TagPatternTests
{
    [Theory]
    [InlineData(@"^v(\d+\.\d+\.\d+)$", "v1.3.2", "1.3.2")]
    [InlineData(@"^v(\d+\.\d+\.\d+)$", "v1.3.2-rc.1", null)]
    [InlineData(@"^v(\d+\.\d+\.\d+)$", "release-1.3.2", null)]
    [InlineData(@"^v(\d+\.\d+\.\d+)$", "v1.3.2\n", null)]
    [InlineData(@"^v(\d+)$", "v٣", null)]
    [InlineData(@"v(\d+)", "prefix-v12-suffix", "12")]
    [InlineData(@"^(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?(?:-(?P<prerelease>.+))?$", "1.2", "1.2")]
    [InlineData(@"^(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?(?:-(?P<prerelease>.+))?$", "1.2.3", "1.2.3")]
    [InlineData(@"^(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?(?:-(?P<prerelease>.+))?$", "1.2-rc1", "1.2-rc1")]
    [InlineData(
        @"^(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?(?:-(?P<prerelease>.+))?$",
        "1.2.3-rc1",
        "1.2.3-rc1"
    )]
    [InlineData(@"^R_(?P<major>\d+)_(?P<minor>\d+)_(?P<patch>\d+)$", "R_2_6_4", "2.6.4")]
    [InlineData(@"^(?<major>\d+)_(?<minor>\d+)$", "2_6", "2.6")]
    [InlineData(@"(?i)^V(\d+)$", "v1", "1")]
    [InlineData(@"^(?i:v)(\d+)$", "V1", "1")]
    [InlineData(@"^(?i:a)b(\d+)$", "AB1", null)]
    [InlineData(@"^x(.+?)(?:-final)?$", "x1.0-final", "1.0")]
    [InlineData(@"(?U)^x(.+)(?:-final)?$", "x1.0-final", "1.0")]
    [InlineData(@"^([[:digit:].]+)$", "1.2", "1.2")]
    [InlineData(@"^([^\D.]+)$", "12", "12")]
    [InlineData(@"^([\w.-]+)$", "1.2-a_b", "1.2-a_b")]
    [InlineData(@"^\Qv.\E(\d+)$", "v.1", "1")]
    [InlineData(@"^\Qv.\E(\d+)$", "vx1", null)]
    [InlineData(@"^\x76(\d)\x{2e}\101$", "v1.A", "1")]
    [InlineData(@"^(\pN+)$", "12", "12")]
    [InlineData(@"^(\P{L}+)$", "1.2", "1.2")]
    [InlineData(@"^([]a]+)$", "]a", "]a")]
    [InlineData(@"^v[[:](\d+)$", "v:1", "1")]
    [InlineData(@"^v[[:](\d+)$", "v[1", "1")]
    [InlineData(@"^v{1}(\d{2,3})$", "v123", "123")]
    [InlineData(@"^v{x}(\d)$", "v{x}1", "1")]
    [InlineData(@"^(?:a|b|)(\d)$", "1", "1")]
    [InlineData(@"^.(\d)$", "😀1", "1")]
    [InlineData(@"^[😀-😎](\d)$", "😃1", "1")]
    [InlineData(@"^[^a](\d)$", "😃1", "1")]
    [InlineData(@"^(\d+)|x$", "x", null)]
    [InlineData(@"\bv(\d+)\b", "a v12 b", "12")]
    public void Captures_what_re2_captures(string pattern, string tag, string? upstream)
    {
        Assert.True(TagPattern.TryParse(pattern, out TagPattern value, out string? error), error);
        Assert.Equal(upstream, value.UpstreamOf(tag));
    }

    [Theory]
    [InlineData("", "the pattern is empty")]
    [InlineData("^v1$", "it needs one group around the version")]
    [InlineData("^v(?:1)$", "it needs one group around the version")]
    [InlineData("^(a)(b)$", "it has 2 groups")]
    [InlineData("^(?P<major>1)(2)$", "cannot be mixed")]
    [InlineData("^(?P<major>1)$", "must include both major and minor")]
    [InlineData(
        "^(?P<majro>1)(?P<minor>2)$",
        "cannot be named \"majro\"; the names are major, minor, patch, prerelease (did you mean \"major\"?)"
    )]
    [InlineData("^(?P<major>1)(?P<major>2)$", "two groups are named \"major\"")]
    [InlineData("^(?P<>1)$", "has an invalid name")]
    [InlineData("(?=x)(1)", "look-around (\"(?=\") is not RE2")]
    [InlineData("(?!x)(1)", "look-around (\"(?!\") is not RE2")]
    [InlineData("(?<=x)(1)", "look-around (\"(?<\") is not RE2")]
    [InlineData("(?<!x)(1)", "look-around (\"(?<\") is not RE2")]
    [InlineData("(?>x)(1)", "does not begin a group that RE2 knows")]
    [InlineData("(?#x)(1)", "does not begin a group that RE2 knows")]
    [InlineData(@"(a)\1", "back-references")]
    [InlineData(@"(a)\k<x>", "is not an escape of RE2")]
    [InlineData(@"(a)\Z", "write \"\\z\"")]
    [InlineData("(a", "is never closed")]
    [InlineData("a)(", "closes nothing")]
    [InlineData("([a", "is never closed")]
    [InlineData("([z-a])", "runs backwards")]
    [InlineData("(a**)", "\"**\" repeats a repetition")]
    [InlineData("(a*?+)", "\"*?+\" repeats a repetition")]
    [InlineData("(*a)", "nothing to repeat before \"*\"")]
    [InlineData("(a{1001})", "is not a repetition")]
    [InlineData("(a{3,2})", "is not a repetition")]
    [InlineData("((?:a{100}){100})", "repeated more than 1000 times")]
    [InlineData(@"(a)\", "a lone \"\\\"")]
    [InlineData(@"([[:nope:]])", "there is no class \"[:nope:]\"")]
    [InlineData(@"(\p{Greek})", "is not supported")]
    [InlineData(@"(\xzz)", "hexadecimal")]
    public void Refuses_what_re2_or_a_recipe_refuses(string pattern, string reason)
    {
        Assert.False(TagPattern.TryParse(pattern, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_and_long_patterns_are_refused()
    {
        Assert.False(TagPattern.TryParse(new string('(', 500) + new string(')', 500), out _, out string? error));
        Assert.Contains("nested more than 100", error, StringComparison.Ordinal);
        Assert.False(TagPattern.TryParse(new string('a', 1001), out _, out _));
    }

    [Fact]
    public void Matching_hostile_tags_takes_linear_time()
    {
        Assert.True(
            TagPattern.TryParse("^((?:a|aa|a+)+)+?b$", out TagPattern pattern, out string? error) || error is not null
        );
        Assert.True(TagPattern.TryParse("^((?:a|aa|a+)+)b$", out pattern, out error), error);
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Null(pattern.UpstreamOf(new string('a', 100_000)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    [Fact]
    public void A_tag_becomes_a_version_with_the_recipes_revision()
    {
        Assert.True(TagPattern.TryParse("^v(.*)$", out TagPattern pattern, out _));
        Assert.True(pattern.TryGetVersion("v1.3.2", 4, out PackageVersion version, out string? error));
        Assert.Equal("1.3.2-4", version.Text);
        Assert.Null(error);
        Assert.True(pattern.TryGetVersion("v1.3.2-rc1", 1, out version, out _));
        Assert.Equal("1.3.2-rc1", version.Upstream);

        Assert.False(pattern.TryGetVersion("release", 1, out _, out error));
        Assert.Null(error);
        Assert.False(pattern.TryGetVersion("v", 1, out _, out error));
        Assert.NotNull(error);
        Assert.False(pattern.TryGetVersion("v1.0_2", 1, out _, out error));
        Assert.Contains("'_'", error, StringComparison.Ordinal);
        Assert.False(pattern.TryGetVersion("v2:1.0", 1, out _, out error));
        Assert.Contains("epoch", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"(?i)^[^k](\d)$", "K1", null)]
    [InlineData(@"(?i)^[k](\d)$", "K1", "1")]
    [InlineData(@"(?i)^é(\d)$", "É1", "1")]
    [InlineData(@"^\Qa.\E+(\d)$", "a...1", "1")]
    [InlineData(@"^\Qa.\E+(\d)$", "a.a.1", null)]
    [InlineData(@"(?m)^v(\d)$", "x\nv1\ny", "1")]
    [InlineData(@"^(a*?)a$", "aaa", "aa")]
    [InlineData(@"^(?:(\d)|x)*$", "1x2", "2")]
    [InlineData(@"(a|ab)(?:c|bcd)", "abcd", "a")]
    [InlineData(@"^(?:(?:)*)*(\d)$", "1", "1")]
    [InlineData(@"(\d{2}|\d)", "x12", "12")]
    public void The_match_is_the_leftmost_and_of_several_the_preferred(string pattern, string tag, string? upstream)
    {
        Assert.True(TagPattern.TryParse(pattern, out TagPattern value, out string? error), error);
        Assert.Equal(upstream, value.UpstreamOf(tag));
    }

    [Fact]
    public void Captures_agree_with_another_engine_on_random_patterns()
    {
        Random random = new(20261124);
        int matched = 0;
        for (int i = 0; i < 4_000; i++)
        {
            string text = $"^x?({Pattern(random, 3)}){Pattern(random, 2)}$";
            if (!TagPattern.TryParse(text, out TagPattern pattern, out _))
            {
                continue;
            }

            Regex other = new(text.Replace("$", @"\z", StringComparison.Ordinal), RegexOptions.CultureInvariant);
            for (int j = 0; j < 20; j++)
            {
                string tag = string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => "abx1"[random.Next(4)]));
                Match match = other.Match(tag);
                string? expected = match.Groups[1].Success ? match.Groups[1].Value : null;
                Assert.True(expected == pattern.UpstreamOf(tag), $"{text} on \"{tag}\": {expected}");
                matched += match.Success ? 1 : 0;
            }
        }

        Assert.True(matched > 2000, $"only {matched}");
    }

    [Theory]
    [InlineData(@"^v((?:\d{1,3}\.){1,50}\d+)$", true)]
    [InlineData(@"^v(x{1000})$", true)]
    [InlineData(@"^v(.{0,1000})$", true)]
    [InlineData(@"^v((?:\d{1,10}\.\d{1,10}\.\d{1,10}\.\d{1,10}){100})$", false)]
    [InlineData(@"^v(.{0,1000})(?:.{0,1000})$", false)]
    public void What_repetitions_are_written_out_to_is_bounded(string text, bool allowed)
    {
        Assert.Equal(allowed, TagPattern.TryParse(text, out _, out string? error));
        Assert.True(
            allowed
                || error!.EndsWith(
                    "cannot be used as a tag pattern: with its counted repetitions written out it has more than 3000 steps; repeat less",
                    StringComparison.Ordinal
                ),
            error
        );
    }

    [Fact]
    public void A_pattern_of_unicode_classes_costs_little_however_much_it_matches()
    {
        _ = Use(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i <= 10; i++)
        {
            Assert.NotNull(Use(i));
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10 << 20);

        static string? Use(int i)
        {
            Assert.True(
                TagPattern.TryParse(
                    $@"^v(\p{{L}}*\p{{N}}*\p{{M}}*\p{{P}}*(?:q{{{i}}})?)$",
                    out TagPattern pattern,
                    out _
                )
            );
            Assert.Null(
                pattern.UpstreamOf("v" + string.Concat(Enumerable.Range(0x3b1, 200).Select(c => (char)c)) + " ")
            );
            return pattern.UpstreamOf("vab12!" + new string('q', i));
        }
    }

    [Fact]
    public void The_hardest_patterns_match_the_longest_tags_in_bounded_time()
    {
        Assert.True(TagPattern.TryParse("^(?:a?){1000}(a{400})$", out TagPattern pattern, out string? error), error);
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Null(pattern.UpstreamOf(new string('a', 254) + "b"));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    private static string Pattern(Random random, int depth)
    {
        string[] atoms = ["a", "b", "1", "[ab]", "[^a]", ".", "x"];
        string text = "";
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            string atom =
                depth > 0 && random.Next(3) == 0 ? $"(?:{Pattern(random, depth - 1)})" : atoms[random.Next(7)];

            // What an engine does with the empty rounds of a loop differs, so only what is never empty is repeated.
            string[] operators =
                atom.Length > 3 && atom[0] == '(' ? ["", "?"] : ["", "*", "+", "?", "*?", "{1,2}", "{2}"];
            text += atom + operators[random.Next(operators.Length)];
        }

        return random.Next(4) == 0 ? $"{text}|{atoms[random.Next(7)]}" : text;
    }
}
