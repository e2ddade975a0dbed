using System.Text;
using Peipkg.Format.Identity;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Recipes.Tests.Upstreams;

public sealed class WatchedRecipeTests
{
    [Fact]
    public void Reads_the_managers_sections_and_what_would_be_produced()
    {
        WatchedRecipe recipe = Read("""
            [meta]
            homepag = "the manager does not care"
            [[package]]
            name = "libz"
            architecture = "x86_64"
            oops = 1
            [[package]]
            name = "libz-doc"
            architecture = "noarch"
            [[package]]
            name = "BAD"
            architecture = "noarch"
            [upstream]
            git = "https://github.com/madler/zlib"
            tag_pattern = "^v(\\d+\\.\\d+\\.\\d+)$"
            peios_revision = 2
            submodules = true
            min_version = "1.2"
            [watch]
            github_webhook = true
            poll_interval = "1h"
            [future]
            x = 1
            """);
        Assert.Equal("https://github.com/madler/zlib", recipe.Upstream!.Git);
        Assert.True(recipe.Upstream.Submodules);
        Assert.True(recipe.Upstream.TryGetVersion("v1.3.1", out PackageVersion version, out _));
        Assert.Equal("1.3.1-2", version.Text);
        Assert.True(recipe.Upstream.TryGetVersion("v1.2.0", out _, out _));
        Assert.False(recipe.Upstream.TryGetVersion("v1.1.9", out _, out string? error));
        Assert.Null(error);
        Assert.Equal(new Watch(true, TimeSpan.FromHours(1), recipe.Watch!.Position), recipe.Watch);
        Assert.Equal(["libz x86_64", "libz-doc noarch"], recipe.Outputs.Select(o => $"{o.Name} {o.Architecture}"));
        Assert.Empty(recipe.Warnings);
    }

    [Fact]
    public void A_recipe_without_the_managers_sections_is_fine()
    {
        WatchedRecipe recipe = Read("[meta]\nbuild_script = \"build.sh\"\n");
        Assert.Null(recipe.Upstream);
        Assert.Null(recipe.Watch);
        Assert.Empty(recipe.Outputs);
    }

    [Fact]
    public void Watch_without_upstream_is_a_warning()
        => Assert.Equal("peipkg.toml:1:1: [watch] has no effect without [upstream]", Read("[watch]\n").Warnings.Single().ToString());

    [Fact]
    public void All_problems_are_reported_at_once_with_their_places()
    {
        RecipeException exception = Assert.Throws<RecipeException>(() => Read("""
            [upstream]
            git = "ext::sh -c evil"
            tag_patern = "x"
            peios_revision = 0
            min_version = "~1"
            submodules = "yes"
            [watch]
            poll_interval = "30s"
            github_webhok = true
            """));
        string[] lines = exception.Message.Split('\n');
        Assert.Equal(8, lines.Length);
        Assert.Equal("peipkg.toml:1:1: [upstream] needs tag_pattern, a string", lines[0]);
        Assert.StartsWith("peipkg.toml:2:7: git in [upstream]: this is not a git URL", lines[1], StringComparison.Ordinal);
        Assert.Equal("peipkg.toml:3:1: unknown key \"tag_patern\" in [upstream] (did you mean \"tag_pattern\"?)", lines[2]);
        Assert.Equal("peipkg.toml:4:18: peios_revision in [upstream] must be at least 1, not 0", lines[3]);
        Assert.StartsWith("peipkg.toml:5:15: min_version in [upstream]: ", lines[4], StringComparison.Ordinal);
        Assert.Equal("peipkg.toml:6:14: submodules in [upstream] must be a boolean, not a string", lines[5]);
        Assert.StartsWith("peipkg.toml:8:17: poll_interval in [watch]: \"30s\" is too short", lines[6], StringComparison.Ordinal);
        Assert.Equal("peipkg.toml:9:1: unknown key \"github_webhok\" in [watch] (did you mean \"github_webhook\"?)", lines[7]);
    }

    [Theory]
    [InlineData("https://example.org/x.git", true)]
    [InlineData("http://127.0.0.1:8080/x", true)]
    [InlineData("ssh://git@example.org:22/x", true)]
    [InlineData("git://example.org/x", true)]
    [InlineData("file:///srv/git/x", true)]
    [InlineData("/srv/git/x", true)]
    [InlineData("git@github.com:madler/zlib.git", true)]
    [InlineData("github.com:madler/zlib.git", true)]
    [InlineData("", false)]
    [InlineData("ext::sh", false)]
    [InlineData("--upload-pack=x", false)]
    [InlineData("ssh://-oProxyCommand=x/y", false)]
    [InlineData("git@-oProxyCommand=x:y", false)]
    [InlineData("ftp://example.org/x", false)]
    [InlineData("https:///x", false)]
    [InlineData("file://host/x", false)]
    [InlineData("madler/zlib", false)]
    [InlineData("https://example.org/a b", false)]
    [InlineData("https://example.org/a\nb", false)]
    public void Only_plain_git_transports_are_accepted(string url, bool expected)
        => Assert.Equal(expected, GitUrl.TryParse(url, out _, out _));

    private static WatchedRecipe Read(string text)
        => WatchedRecipe.Read(TomlFile.Parse(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")), "peipkg.toml"));
}
