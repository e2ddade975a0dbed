using Microsoft.Extensions.Logging;
using Peipkg.Manager.Logging;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Tests.Recipes;

public class RecipeRosterTests
{
    internal const string Zlib = """
        [meta]
        build_script = "build.sh"
        [[package]]
        name = "libz"
        architecture = "x86_64"
        files = ["usr/**"]
        [[package]]
        name = "libz-dev"
        architecture = "x86_64"
        files = ["usr/include/**"]
        [upstream]
        git = "https://github.com/madler/zlib"
        tag_pattern = "^v(\\d+\\.\\d+(\\.\\d+)?)$"
        peios_revision = 1
        [watch]
        github_webhook = true
        poll_interval = "30m"

        """;

    private static void Write(TemporaryDirectory directory, string recipe, string text)
    {
        Directory.CreateDirectory(directory[recipe]);
        File.WriteAllText(Path.Combine(directory[recipe], "peipkg.toml"), text);
    }

    internal static string ZlibRecipe(string pattern = "^v([0-9.]+)$") =>
        Zlib.Replace("^v(\\\\d+\\\\.\\\\d+(\\\\.\\\\d+)?)$", pattern, StringComparison.Ordinal);

    [Fact]
    public void Recipes_are_ordered_by_name_and_directories_without_a_recipe_passed_over()
    {
        using TemporaryDirectory directory = new();
        Write(directory, "zlib", ZlibRecipe());
        Write(directory, "byhand", ZlibRecipe().Split("[upstream]")[0]);
        Directory.CreateDirectory(directory["notes"]);
        File.WriteAllText(directory["README"], "");
        RecipeRoster roster = RecipeRoster.Load(directory.Path, LoggerFactory.Create(_ => { }).CreateLogger("x"));
        Assert.Equal(["byhand", "zlib"], roster.Recipes.Select(r => r.Name));
        Assert.Equal(["zlib"], roster.Watched.Select(r => r.Name));
        RosterEntry zlib = roster.Find("zlib")!;
        Assert.Equal(["libz", "libz-dev"], zlib.Outputs.Select(o => o.Name.Text));
        Assert.True(zlib.Document.Watch is { GithubWebhook: true });
        Assert.Equal("github.com/madler/zlib", zlib.Url!.RepositoryKey);
    }

    [Fact]
    public void A_recipe_may_be_polled_more_often_than_the_default_and_never_less()
    {
        using TemporaryDirectory directory = new();
        Write(directory, "zlib", ZlibRecipe());
        RosterEntry recipe = RecipeRoster.Read("zlib", Path.Combine(directory["zlib"], "peipkg.toml"));
        Assert.Equal(TimeSpan.FromMinutes(30), recipe.IntervalUnder(TimeSpan.FromHours(1)));
        Assert.Equal(TimeSpan.FromMinutes(10), recipe.IntervalUnder(TimeSpan.FromMinutes(10)));
    }

    [Theory]
    [InlineData("peios_revision = 1", "peios_revison = 1", "did you mean")]
    [InlineData("https://github.com/madler/zlib", "ext::sh -c id", "git")]
    [InlineData("https://github.com/madler/zlib", "ssh://bob:secret@host/path", "use a key")]
    [InlineData("\"libz\"", "\"LIBZ\"", "")]
    public void A_broken_recipe_is_logged_with_its_place_and_stops_no_other(string from, string to, string message)
    {
        using TemporaryDirectory directory = new();
        Write(directory, "good", ZlibRecipe());
        Write(
            directory,
            "bad",
            message.Length > 0
                ? ZlibRecipe().Replace(from, to, StringComparison.Ordinal)
                : ZlibRecipe().Replace("libz", "LIBZ", StringComparison.Ordinal)
        );
        using StringWriter log = new();
        using (ILoggerFactory loggers = LogSetup.Create(new LogThreshold("info"), log))
        {
            RecipeRoster roster = RecipeRoster.Load(directory.Path, loggers.CreateLogger("x"));
            Assert.Equal(["good"], roster.Recipes.Select(r => r.Name));
            Assert.Equal(1, roster.Broken);
        }

        Assert.Matches(
            @"level=error msg=""recipe cannot be used"" recipe=bad problem=""\S+/bad/peipkg\.toml:\d+:\d+: ",
            log.ToString()
        );
        Assert.Contains(
            message.Replace("\"", "\\\"", StringComparison.Ordinal),
            log.ToString(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("secret", log.ToString(), StringComparison.Ordinal);
    }
}
