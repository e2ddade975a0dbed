using System.Diagnostics;
using Peipkg.Recipes.Globs;

namespace Peipkg.Recipes.Tests.Globs;

public sealed class GlobIntersectionTests
{
    [Theory]
    [InlineData("usr/**", "usr/bin/*", "usr/bin/x")]
    [InlineData("usr/bin/foo*", "usr/bin/*-config", "usr/bin/foo-config")]
    [InlineData("usr/**/a", "usr/b/**", "usr/b/a")]
    [InlineData("**/*.so", "usr/lib/**", "usr/lib/.so")]
    [InlineData("usr/{lib,share}/*", "usr/{bin,share}/[a-c]", "usr/share/a")]
    [InlineData("usr/[!a-z]", "usr/?", "usr/0")]
    [InlineData("a/b", "a/b", "a/b")]
    [InlineData("a/**", "a", "a")]
    [InlineData("usr/lib/*.so.*", "usr/lib/lib*.so", "usr/lib/lib.so.so")]
    [InlineData("usr/bin/*", "usr/sbin/*", null)]
    [InlineData("usr/*", "usr/*/*", null)]
    [InlineData("usr/[a-c]*", "usr/[d-z]*", null)]
    [InlineData("usr/lib/*.so", "usr/lib/*.a", null)]
    [InlineData("var/lib/x/", "var/lib/x", null)]
    public void A_common_path_is_found_where_there_is_one(string first, string second, string? expected)
    {
        Assert.Equal(expected, Parse(first).CommonPath(Parse(second), new GlobBudget()));
        Assert.Equal(expected is null, Parse(second).CommonPath(Parse(first), new GlobBudget()) is null);
    }

    [Theory]
    [InlineData("usr/**", "usr/bin/*", true)]
    [InlineData("usr/**", "usr/bin/x", true)]
    [InlineData("usr/*", "usr/x", true)]
    [InlineData("**", "usr*/x", true)]
    [InlineData("usr/**", "usr*/x", false)]
    [InlineData("usr/bin/**", "usr/b*/x", false)]
    [InlineData("usr/{a,b}/**", "usr/a/x*", false)]
    [InlineData("usr/x/", "usr/x", false)]
    public void A_pattern_covers_what_it_certainly_claims(string first, string second, bool covers) =>
        Assert.Equal(covers, Parse(first).Covers(Parse(second), new GlobBudget()));

    [Fact]
    [Trait("Speed", "slow")]
    public void Common_paths_match_both_and_no_pair_with_a_known_one_is_missed()
    {
        Random random = new(20261123);
        int common = 0;
        for (int i = 0; i < 1_000; i++)
        {
            if (
                !Glob.TryParse(GlobAgreementTests.Pattern(random, 0), out Glob first, out _)
                || !Glob.TryParse(GlobAgreementTests.Pattern(random, 0), out Glob second, out _)
            )
            {
                continue;
            }

            string? path = first.CommonPath(second, new GlobBudget());
            string? known = Enumerable
                .Range(0, 30)
                .Select(_ => GlobAgreementTests.Path(random))
                .FirstOrDefault(candidate => first.IsMatch(candidate) && second.IsMatch(candidate));
            Assert.True(path is null || (first.IsMatch(path) && second.IsMatch(path)), $"{first} and {second}: {path}");
            Assert.True(
                path is not null || known is null || Undocumented(first) || Undocumented(second),
                $"{first} and {second} both match {known}"
            );
            common += path is null ? 0 : 1;
        }

        Assert.True(common > 75, $"only {common} pairs");
    }

    [Fact]
    public void Patterns_made_to_be_hard_are_compared_in_no_time_or_not_at_all()
    {
        string stars = string.Concat(Enumerable.Repeat("*a", 120));
        _ = Compare(stars + "[b]", stars + "[c]");
        string braces = string.Concat(Enumerable.Repeat("{a,b}", 60));
        _ = Compare(braces, braces);
        _ = Compare(string.Join('/', Enumerable.Repeat("**/a", 100)), string.Join('/', Enumerable.Repeat("**/b", 100)));
        Assert.Null(Compare(new string('?', 3000), "*" + new string('?', 3000)));

        static string? Compare(string first, string second) => Parse(first).CommonPath(Parse(second), new GlobBudget());
    }

    [Theory]
    [InlineData(7, 120)]
    [InlineData(3, 200)]
    public void Patterns_of_many_choices_and_stars_spend_the_budget_and_no_more(int choices, int stars)
    {
        string hard =
            "usr/share/"
            + string.Concat(Enumerable.Repeat("{*,?}", choices))
            + string.Concat(Enumerable.Repeat("*[ab]", stars));
        GlobBudget budget = new();
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Null(Parse(hard + "[x]").CommonPath(Parse(hard + "[y]"), budget));
        Assert.True(budget.IsSpent);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
        Assert.Null(Parse("usr/*").CommonPath(Parse("usr/x"), budget));
        Assert.False(Parse("usr/**").Covers(Parse("usr/x"), budget));
    }

    [Fact]
    public void Classes_of_many_ranges_spend_the_budget()
    {
        string first = string.Concat(Enumerable.Range(0, 1300).Select(i => (char)(0x4e00 + (4 * i))));
        string second = string.Concat(Enumerable.Range(0, 1300).Select(i => (char)(0x4e02 + (4 * i))));
        GlobBudget budget = new();
        Assert.Null(Parse($"a/[{first}]").CommonPath(Parse($"a/[{second}]"), budget));
        Assert.True(budget.IsSpent);
    }

    [Fact]
    public void Hundreds_of_ordinary_patterns_are_compared_within_the_budget()
    {
        Glob[] globs =
        [
            .. Enumerable.Range(0, 300).Select(i => Parse($"usr/{(i % 2 == 0 ? "lib" : "share")}/*-{i}.{{so,a,[ch]}}")),
        ];
        GlobBudget budget = new();
        for (int i = 0; i < 150; i++)
        {
            for (int j = 150; j < 300; j++)
            {
                Assert.Null(globs[i].CommonPath(globs[j], budget));
            }
        }

        Assert.False(budget.IsSpent);
    }

    [Fact]
    public void A_comparison_hears_that_it_is_cancelled()
    {
        using CancellationTokenSource source = new();
        GlobBudget budget = new(source.Token);
        Assert.NotNull(Parse("usr/*").CommonPath(Parse("usr/x*"), budget));
        source.Cancel();
        string stars = string.Concat(Enumerable.Repeat("*a", 120));
        Assert.Throws<OperationCanceledException>(() => Parse(stars + "[b]").CommonPath(Parse(stars + "[c]"), budget));
    }

    // Braces that bring two stars together have no documented meaning.
    private static bool Undocumented(Glob glob) =>
        glob.Text.Contains("**,", StringComparison.Ordinal)
        || glob.Text.Contains("**}", StringComparison.Ordinal)
        || glob.Text.Contains("*{", StringComparison.Ordinal)
        || glob.Text.Contains("}*", StringComparison.Ordinal)
        || glob.Text.Contains(",}", StringComparison.Ordinal);

    private static Glob Parse(string text)
    {
        Assert.True(Glob.TryParse(text, out Glob glob, out string? error), error);
        return glob;
    }
}
