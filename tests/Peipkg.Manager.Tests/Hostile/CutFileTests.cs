using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Tests.Recipes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Files that an editor or a full disk has left half written, at every byte.</summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "hostile")]
public sealed class CutFileTests : IDisposable
{
    private const string Tricky = "x = \"\\";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static IEnumerable<string> Cuts(string text) =>
        Enumerable
            .Range(0, text.Length)
            .Select(length => text[..length])
            .Concat([Tricky, text + "\n" + Tricky, text + "\nx = '''", text + "\n[a.\"\\u", text + "\nx = \"\\U0011"]);

    [Fact]
    public void A_cut_recipe_breaks_no_other_and_is_named()
    {
        Directory.CreateDirectory(_directory["recipes/cut"]);
        Directory.CreateDirectory(_directory["recipes/whole"]);
        File.WriteAllText(_directory["recipes/whole/peipkg.toml"], RecipeRosterTests.ZlibRecipe());
        foreach (string cut in Cuts(RecipeRosterTests.ZlibRecipe()))
        {
            File.WriteAllText(_directory["recipes/cut/peipkg.toml"], cut);
            RecipeRoster roster = RecipeRoster.Load(_directory["recipes"], NullLogger.Instance);
            Assert.NotNull(roster.Find("whole"));
            Assert.Equal(2, roster.Recipes.Count + roster.Broken);
        }
    }

    [Fact]
    public void A_cut_configuration_is_a_configuration_with_a_mistake()
    {
        string sample = File.ReadAllText(Path.Combine(EndToEnd.Tools.Root, "samples/farm/config.toml"))
            .Replace("@EDITION@", "psd-009", StringComparison.Ordinal);
        foreach (string cut in Cuts(sample))
        {
            File.WriteAllText(_directory["config.toml"], cut, new UTF8Encoding(false));
            try
            {
                ConfigReader.Load(_directory["config.toml"]);
            }
            catch (RecipeException exception)
            {
                Assert.NotEmpty(exception.Problems);
            }
        }
    }

    [Fact]
    public void A_recipe_with_a_mistake_on_every_line_is_told_in_a_hundred()
    {
        Directory.CreateDirectory(_directory["recipes/flood"]);
        File.WriteAllText(
            _directory["recipes/flood/peipkg.toml"],
            string.Concat(Enumerable.Range(0, 20_000).Select(i => $"[meta{i}]\nx = =\n"))
        );
        BrokenRecipe broken = Assert.Single(
            RecipeRoster.Load(_directory["recipes"], NullLogger.Instance).BrokenRecipes
        );
        Assert.InRange(broken.Problems.Count, 1, 101);
        Assert.InRange(broken.Problems.Sum(problem => problem.Length), 1, 101 * 1001);
    }
}
