using Peipkg.Build.Building;
using Peipkg.Build.Tests.Support;
using Peipkg.CommandLine.Reporting;
using Peipkg.Recipes;

namespace Peipkg.Build.Tests.Building;

public sealed class OrphanAdviceTests
{
    [Theory]
    [InlineData("usr/share/x", "\"usr/share/x\"")]
    [InlineData("a\\[b\\]", "'a\\[b\\]'")]
    [InlineData("quo\"te", "'quo\"te'")]
    [InlineData("it's \\[one\\]", "\"it's \\\\[one\\\\]\"")]
    [InlineData("caf\u00e9 \U0001F600", "\"caf\u00e9 \U0001F600\"")]
    [InlineData("tab\t\u202e", "\"tab\\u0009\\u202e\"")]
    public void A_pattern_is_written_as_the_simplest_string_that_can_hold_it(string text, string expected) =>
        Assert.Equal(expected, OrphanAdvice.Toml(text));

    [Fact]
    public void Whatever_is_written_reads_back_as_it_was_and_is_safe_on_a_terminal()
    {
        using Workbench bench = new();
        Random random = new(20261130);
        const string Characters = "ab'\"\\[]{}*?\t\n\r\u001b\u007f\u0085\u2028\u202e\u00e9";
        for (int i = 0; i < 300; i++)
        {
            string text = new([
                .. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Characters[random.Next(Characters.Length)]),
            ]);
            string written = OrphanAdvice.Toml(text);
            Assert.Equal(written, TerminalText.Escape(written));
            bench.Recipe(
                Workbench.OneStanza.Replace("[meta]", $"[meta]\nsource = {written}", StringComparison.Ordinal)
            );
            Assert.Equal(text, Recipe.Load(bench["recipe/peipkg.toml"]).Meta.Source);
        }
    }
}
