using System.Text.RegularExpressions;
using Peipkg.Build.Rules;
using Peipkg.Build.Tests.Support;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Tests.Rules;

/// <summary>Every rule has a case beside this file. <c>APPROVE=1</c> in the environment writes what the tool says into it.</summary>
public sealed partial class RuleTests
{
    private static readonly bool Approve = Environment.GetEnvironmentVariable("APPROVE") == "1";

    public static TheoryData<string> Rules => [.. RuleTable.All.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_rule_fires_and_says_what_its_case_expects(string rule)
    {
        RuleCase golden = RuleCase.Load(rule);
        string said = golden.Fires();
        Assert.NotEqual("", said);
        if (Approve)
        {
            golden.Approve(said);
        }

        Assert.Equal(golden.Expected, said);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_rule_is_quiet_where_it_is_kept(string rule)
    {
        (RunResult result, string findings) = RuleCase.Load(rule).Quiet();
        result.Succeeds();
        Assert.Equal("", findings);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_case_shows_both_what_breaks_the_rule_and_what_keeps_it(string rule) =>
        Assert.All(
            ["fires ", "quiet "],
            side =>
                Assert.Contains(
                    File.ReadLines(Path.Combine(RuleCase.Directory, rule + ".case")),
                    line => line.StartsWith("=== " + side, StringComparison.Ordinal)
                )
        );

    [Fact]
    public void No_case_is_left_of_a_rule_that_is_gone() =>
        Assert.All(
            Directory.GetFiles(RuleCase.Directory).Select(Path.GetFileNameWithoutExtension),
            name => Assert.NotNull(RuleTable.Find(name!))
        );

    [Fact]
    public void Every_name_that_the_reader_of_recipes_uses_is_in_the_table() =>
        Assert.All(
            typeof(RecipeRule).GetFields().Select(field => (string)field.GetRawConstantValue()!),
            name => Assert.NotNull(RuleTable.Find(name))
        );

    [Fact]
    public void Names_are_unique_and_in_kebab_case_and_no_text_is_missing()
    {
        Assert.Equal(RuleTable.All.Count, RuleTable.All.DistinctBy(rule => rule.Id).Count());
        Assert.All(
            RuleTable.All,
            rule =>
            {
                Assert.Matches(Kebab(), rule.Id);
                Assert.All(
                    [rule.Summary, rule.Why, rule.Remedy],
                    text => Assert.EndsWith(".", text, StringComparison.Ordinal)
                );
                Assert.NotEqual("", rule.Example);
            }
        );
    }

    [Fact]
    public void The_page_of_rules_is_what_the_program_prints()
    {
        using Workbench bench = new();
        string printed = bench.Run("rules").Succeeds().Output;
        Assert.Equal(File.ReadAllText(Path.Combine(SourceTree.Root, RuleDocument.File)), printed);
        Assert.All(RuleTable.All, rule => Assert.Contains($"\n### {rule.Id}\n", printed, StringComparison.Ordinal));
        Assert.StartsWith("### orphan\n", bench.Run("rules", "orphan").Succeeds().Output, StringComparison.Ordinal);
        bench.Run("rules", "orfan").FailsWith(2, "there is no rule \"orfan\" (did you mean \"orphan\"?)");
    }

    [GeneratedRegex("^[a-z]+(-[a-z]+)*$")]
    private static partial Regex Kebab();
}
