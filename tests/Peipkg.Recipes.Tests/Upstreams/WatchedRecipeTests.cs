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
        WatchedRecipe recipe = Read(
            """
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
            """
        );
        Assert.Equal("https://github.com/madler/zlib", recipe.Upstream!.Git!.Text);
        Assert.True(recipe.Upstream.Submodules);
        Assert.Equal(2, recipe.Upstream.PeiosRevision);
        Assert.Null(recipe.Upstream.WhyUnwanted("v1.2.0", PackageVersion.Parse("1.2.0-2")));
        Assert.Equal(
            "it is older than min_version 1.2",
            recipe.Upstream.WhyUnwanted("v1.1.9", PackageVersion.Parse("1.1.9-2"))
        );
        Assert.Equal(new Watch(TimeSpan.FromHours(1), recipe.Watch!.Position) { GithubWebhook = true }, recipe.Watch);
        Assert.Equal(["libz x86_64", "libz-doc noarch"], recipe.Outputs.Select(o => $"{o.Name} {o.Architecture}"));
        Assert.Empty(recipe.Warnings);
    }

    [Fact]
    public void What_a_build_requires_is_waited_for_like_what_packages_depend_on()
    {
        WatchedRecipe recipe = Read("[build]\nrequires = [\"gcc\", \"zlib-dev >= 1.3\", \"a b\", 1]\n");
        Assert.Equal(["gcc", "zlib-dev >= 1.3"], recipe.Requires);
        Assert.Equal(["gcc", "zlib-dev"], recipe.Dependencies.Order(StringComparer.Ordinal));
        Assert.Empty(Read("build = 1\n").Requires);
    }

    [Fact]
    public void Versions_may_come_from_a_page_that_lists_archives()
    {
        WatchedRecipe recipe = Read(
            """
            [source]
            archive = "https://zlib.net/fossils/zlib-{{version}}.tar.gz"
            [upstream]
            listing = "https://zlib.net/fossils/"
            file_pattern = "^zlib-([0-9.]+)[.]tar[.]gz$"
            peios_revision = 1
            """
        );
        Upstream upstream = recipe.Upstream!;
        Assert.Null(upstream.Git);
        Assert.Equal(("https://zlib.net/fossils/", "zlib.net"), (upstream.Address, upstream.Authority));
        Assert.True(upstream.TryGetVersion("zlib-1.3.1.tar.gz", out PackageVersion version, out _));
        Assert.Equal("1.3.1-1", version.Text);
    }

    [Theory]
    [InlineData("listing = \"https://x.org/\"\nfile_pattern = \"(.)\"", "no [source] that says where the archive")]
    [InlineData("listing = \"https://x.org/\"\ntag_pattern = \"(.)\"", "names of archives are matched by file_pattern")]
    [InlineData("listing = \"https://x.org/\"\nfile_pattern = \"(.)\"\nsubmodules = true", "archives have none")]
    [InlineData("listing = \"https://me:secret@x.org/\"\nfile_pattern = \"(.)\"", "it holds a user name")]
    [InlineData("listing = \"ftp://x.org/\"\nfile_pattern = \"(.)\"", "listing in [upstream]")]
    [InlineData("git = \"https://x.org/x\"\ntag_pattern = \"(.)\"\nlisting = \"https://x.org/\"", "and here is git")]
    [InlineData(
        "git = \"https://x.org/x\"\ntag_pattern = \"(.)\"\nfile_pattern = \"(.)\"",
        "tags are matched by tag_pattern"
    )]
    [InlineData("peios_revision = 1", "git")]
    public void An_upstream_is_of_one_kind_and_complete(string keys, string expected)
    {
        string revision = keys.StartsWith("peios", StringComparison.Ordinal) ? "" : "\npeios_revision = 1";
        RecipeException exception = Assert.Throws<RecipeException>(() => Read($"[upstream]\n{keys}{revision}\n"));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_stanza_is_split_into_is_produced_too()
    {
        WatchedRecipe recipe = Read(
            """
            [[package]]
            name = "libz"
            architecture = ["aarch64"]
            split = ["dev", "doc", "oops"]
            """
        );
        Assert.Equal(
            ["libz aarch64", "libz-dev aarch64", "libz-doc noarch"],
            recipe.Outputs.Select(o => $"{o.Name} {o.Architecture}")
        );
        Assert.Contains("libz", recipe.Dependencies);
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
    public void What_keeps_a_stanza_from_being_published_is_known() =>
        Assert.Equal(
            [
                "peipkg.toml:2:8: name in [[package]]: \"a\" is not a package name: it has 1 character, and a name has 2 to 64",
                "peipkg.toml:4:1: name is missing",
                "peipkg.toml:8:16: architecture in [[package]] must be a string",
            ],
            Read(
                "[[package]]\nname = \"a\"\narchitecture = \"noarch\"\n[[package]]\narchitecture = \"noarch\"\n"
                    + "[[package]]\nname = \"ok\"\narchitecture = 1\n"
            )
                .Unusable.Select(problem => problem.ToString())
        );

    [Theory]
    [InlineData("v2024b", "1:2024b-1")]
    [InlineData("v3.4.0-M1", null)]
    [InlineData("v3.4.0~rc1", null)]
    [InlineData("v1.1w", "1:1.1w-1")]
    [InlineData("v1.0", null)]
    public void An_epoch_is_of_every_version_and_of_no_bound_and_letter_releases_are_releases(
        string tag,
        string? expected
    )
    {
        const string Text = """
            [upstream]
            git = "https://example.org/x.git"
            tag_pattern = "PATTERN"
            peios_revision = 1
            epoch = 1
            min_version = "1.1"
            prerelease = false

            """;
        string pattern = tag.Contains('M', StringComparison.Ordinal)
            ? @"^v(?P<major>\\d+)\\.(?P<minor>\\d+)\\.(?P<patch>\\d+)(?:-(?P<prerelease>.+))?$"
            : "^v(.*)$";
        Upstream upstream = Read(Text.Replace("PATTERN", pattern, StringComparison.Ordinal)).Upstream!;
        Assert.Equal(expected, upstream.TryGetVersion(tag, out PackageVersion version, out _) ? version.Text : null);
    }

    [Fact]
    public void A_negative_epoch_is_refused() =>
        Assert.Contains(
            "epoch in [upstream] must be at least 0, not -1",
            Assert
                .Throws<RecipeException>(() =>
                    Read(
                        "[upstream]\ngit = \"https://example.org/x\"\ntag_pattern = \"(.*)\"\npeios_revision = 1\nepoch = -1\n"
                    )
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Watch_without_upstream_is_a_warning() =>
        Assert.Equal(
            "peipkg.toml:1:1: [watch] has no effect without [upstream]",
            Read("[watch]\n").Warnings.Single().ToString()
        );

    [Fact]
    public void All_problems_are_reported_at_once_with_their_places()
    {
        RecipeException exception = Assert.Throws<RecipeException>(() =>
            Read(
                """
                [upstream]
                git = "ext::sh -c evil"
                tag_patern = "x"
                peios_revision = 0
                min_version = "~1"
                submodules = "yes"
                [watch]
                poll_interval = "30s"
                github_webhok = true
                """
            )
        );
        string[] lines = exception.Message.Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.StartsWith(
            "peipkg.toml:2:7: git in [upstream]: this is not a git address; write an https, ",
            lines[0],
            StringComparison.Ordinal
        );
        Assert.Equal(
            "peipkg.toml:3:1: unknown key \"tag_patern\" in [upstream] (did you mean \"tag_pattern\"?)",
            lines[1]
        );
        Assert.Equal("peipkg.toml:4:18: peios_revision in [upstream] must be at least 1, not 0", lines[2]);
        Assert.StartsWith("peipkg.toml:5:15: min_version in [upstream]: ", lines[3], StringComparison.Ordinal);
        Assert.Equal("peipkg.toml:6:14: submodules in [upstream] must be a boolean, not a string", lines[4]);
        Assert.StartsWith(
            "peipkg.toml:8:17: poll_interval in [watch]: \"30s\" is too short",
            lines[5],
            StringComparison.Ordinal
        );
        Assert.Equal(
            "peipkg.toml:9:1: unknown key \"github_webhok\" in [watch] (did you mean \"github_webhook\"?)",
            lines[6]
        );
    }

    [Fact]
    public void Which_versions_are_wanted_and_which_forges_are_heard_is_read_strictly()
    {
        WatchedRecipe recipe = Read(
            """
            [upstream]
            git = "https://example.org/x.git"
            tag_pattern = "^v(.*)$"
            peios_revision = 1
            max_version = "2"
            prerelease = false
            reject_tags = ["v1.3", "v1.4-*"]
            [watch]
            backfill = 5
            forgejo_webhook = true
            gitlab_webhook = true
            """
        );
        Upstream upstream = recipe.Upstream!;
        Assert.Null(upstream.WhyUnwanted("v1.0", PackageVersion.Parse("1.0-1")));
        Assert.Equal("it is newer than max_version 2", upstream.WhyUnwanted("v2.0.1", PackageVersion.Parse("2.0.1-1")));
        Assert.Equal(
            "it is a pre-release, and prerelease = false",
            upstream.WhyUnwanted("v1.0-rc1", PackageVersion.Parse("1.0-rc1-1"))
        );
        Assert.Equal("reject_tags has \"v1.4-*\"", upstream.WhyUnwanted("v1.4-bad", PackageVersion.Parse("1.4-bad-1")));
        Assert.Equal(
            (5L, false, true, true),
            (
                recipe.Watch!.Backfill,
                recipe.Watch.GithubWebhook,
                recipe.Watch.ForgejoWebhook,
                recipe.Watch.GitlabWebhook
            )
        );
        Assert.Equal(
            1,
            Read(
                "[upstream]\ngit = \"/x\"\ntag_pattern = \"(x)\"\npeios_revision = 1\n[watch]\nbackfill = \"latest\"\n"
            ).Watch!.Backfill
        );
        Assert.Equal(
            [
                "peipkg.toml:2:12: backfill in [watch]: \"lates\" is neither \"all\" nor \"latest\" nor a number (did you mean \"latest\"?)",
                "peipkg.toml:3:1: [upstream] needs git, a string",
                "peipkg.toml:3:1: [upstream] needs tag_pattern, a string",
                "peipkg.toml:3:1: [upstream] needs peios_revision, an integer",
                "peipkg.toml:4:14: prerelease in [upstream] must be a boolean, not a string",
                "peipkg.toml:5:15: reject_tags in [upstream] must be an array of strings, not a string",
            ],
            Assert
                .Throws<RecipeException>(() =>
                    Read(
                        """
                        [watch]
                        backfill = "lates"
                        [upstream]
                        prerelease = "no"
                        reject_tags = "v1"
                        """
                    )
                )
                .Message.Split('\n')
        );
    }

    [Fact]
    public void Owners_are_addresses_or_names_and_nothing_that_a_list_or_a_header_could_take_for_more()
    {
        const string Start = "[upstream]\ngit = \"/x\"\ntag_pattern = \"(x)\"\npeios_revision = 1\n[watch]\nowners = ";
        Assert.Equal(
            ["ann@example.org", "Ann Lee"],
            Read(Start + "[\"ann@example.org\", \"Ann Lee\", \"ann@example.org\"]\n").Watch!.Owners
        );
        Assert.Empty(Read(Start + "[]\n").Watch!.Owners);
        foreach (string bad in (string[])["", " x", "-x", "a,b", "a;b", "Ann <a@b>", "a\\nb", new string('x', 201)])
        {
            Assert.Contains(
                "owners in [watch]: write a mail address or a name",
                Assert.Throws<RecipeException>(() => Read($"{Start}[\"{bad}\"]\n")).Message,
                StringComparison.Ordinal
            );
        }

        string many = string.Join(", ", Enumerable.Range(0, 21).Select(i => $"\"o{i}\""));
        Assert.Contains(
            "more than 20 are a mailing list",
            Assert.Throws<RecipeException>(() => Read($"{Start}[{many}]\n")).Message,
            StringComparison.Ordinal
        );
    }

    private static WatchedRecipe Read(string text) =>
        WatchedRecipe.Read(TomlFile.Parse(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")), "peipkg.toml"));
}
