using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Tests.Git;

/// <summary>Submodules are the upstream's word on what to fetch from where: each is followed only as far as a recipe's URL would be.</summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "hostile")]
public sealed class SubmoduleTests : GitRig
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = 0,
    };

    /// <summary>A submodule as git itself would record it, whatever the URL and path.</summary>
    private ListedTag Release(string url, string path = "s", string name = "s", string more = "")
    {
        Upstream.Commit(("a", "1"));
        string commit = Upstream.Run("rev-parse", "HEAD");
        File.WriteAllText(
            Path.Combine(Upstream.Path, ".gitmodules"),
            $"[submodule \"{name}\"]\n\tpath = {path}\n\turl = {url}\n{more}"
        );
        Upstream.Run("update-index", "--add", "--cacheinfo", $"160000,{commit},{path}");
        Upstream.Run("add", ".gitmodules");
        Upstream.Run("commit", "-q", "-m", "sub");
        Upstream.Tag("v1.0");
        return List().Result.Single();
    }

    private async Task<string> Refused(ListedTag tag, string? url = null)
    {
        GitException e = await Assert.ThrowsAsync<GitException>(() => Fetch(tag, submodules: true, url));
        Assert.True(e.IsUpstreamsFault, e.Message);
        return e.Message;
    }

    [Fact]
    public async Task They_are_fetched_when_asked_at_every_depth_and_leave_no_git_directory()
    {
        GitRepository deep = new(Scratch["deep"]);
        deep.Commit(("y", "deep"));
        GitRepository inner = new(Scratch["inner"]);
        inner.Commit(("x", "inner"));
        inner.Run("submodule", "--quiet", "add", "../deep", "below/deep");
        inner.Commit();
        Upstream.Commit(("a", "1"));
        Upstream.Run("submodule", "--quiet", "add", inner.Path, "sub");
        Upstream.Commit();
        Upstream.Tag("v1.0");

        // What a branch points at by now is not what the tag asks for.
        inner.Commit(("x", "later"));
        ListedTag tag = (await List()).Single();
        (string source, _) = await Fetch(tag);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(source, "sub")));
        (source, _) = await Fetch(tag, submodules: true);
        Assert.Equal("inner", File.ReadAllText(Path.Combine(source, "sub", "x")));
        Assert.Equal("deep", File.ReadAllText(Path.Combine(source, "sub", "below", "deep", "y")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(source, ".git", Everything));
    }

    [Fact]
    public async Task Over_http_with_a_relative_url_the_parents_credentials_hold()
    {
        GitRepository inner = new(Scratch["inner"]);
        string commit = inner.Commit(("x", "inner"));
        inner.Commit(("x", "later"));
        ListedTag tag = Release("../inner");
        Upstream.Run("update-index", "--cacheinfo", $"160000,{commit},s");
        Upstream.Run("commit", "-q", "-m", "sub");
        Upstream.Tag("v1.0");
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(Scratch.Path, "bob", "s3cret");
        string url = server.Url("up%20stream").Replace("http://", "http://bob:s3cret@", StringComparison.Ordinal);
        tag = (await List(url)).Single();
        (string source, _) = await Fetch(tag, submodules: true, url);
        Assert.Equal("inner", File.ReadAllText(Path.Combine(source, "s", "x")));
        Assert.DoesNotContain("s3cret", File.ReadAllText(Layout.LogOf(Fetches)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ext::sh -c touch% /tmp/peipkg-pwned")]
    [InlineData("-u./payload")]
    [InlineData("--upload-pack=./payload")]
    [InlineData("fd::7")]
    [InlineData("user@ext::sh")]
    [InlineData("ssh://-oProxyCommand=touch/x")]
    [InlineData("../../../../../../../../../../../../etc/x")]
    [InlineData("../x/../../y")]
    [InlineData("relative")]
    [InlineData("")]
    public async Task A_url_that_no_recipe_could_have_is_refused_with_place_and_remedy(string url)
    {
        string message = await Refused(Release(url));
        Assert.Contains("s: its URL", message, StringComparison.Ordinal);
        Assert.Contains("submodules = false in [upstream]", message, StringComparison.Ordinal);
        Assert.False(File.Exists("/tmp/peipkg-pwned"));

        // Found before anything is written.
        Assert.False(File.Exists(Path.Combine(LastSource, "a")));
    }

    [Fact]
    public async Task Commands_and_other_settings_in_gitmodules_are_not_looked_at()
    {
        GitRepository inner = new(Scratch["inner"]);
        string commit = inner.Commit(("x", "inner"));
        Release(
            inner.Path,
            more: $"\tupdate = !touch {Scratch["pwned"]}\n[include]\n\tpath = {Scratch["evil"]}\n[core]\n\tfsmonitor = touch {Scratch["pwned"]}\n"
        );
        Upstream.Run("update-index", "--cacheinfo", $"160000,{commit},s");
        Upstream.Run("commit", "-q", "-m", "sub");
        Upstream.Tag("v1.0");
        (string source, _) = await Fetch((await List()).Single(), submodules: true);
        Assert.Equal("inner", File.ReadAllText(Path.Combine(source, "s", "x")));
        Assert.False(File.Exists(Scratch["pwned"]));
    }

    [Fact]
    public async Task One_on_this_machine_is_refused_when_the_upstream_is_on_another()
    {
        GitRepository inner = new(Scratch["inner"]);
        inner.Commit(("x", "private"));
        ListedTag tag = Release("file://" + inner.Path);
        using GitDaemon daemon = new(Scratch.Path);
        Assert.Contains(
            "it is on this machine",
            await Refused(tag, daemon.Url("up%20stream")),
            StringComparison.Ordinal
        );
        Release(inner.Path);
        Assert.Contains(
            "it is on this machine",
            await Refused((await List()).Single(), daemon.Url("up%20stream")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Without_an_entry_or_with_two_it_is_refused()
    {
        ListedTag tag = Release(Scratch.Path, more: $"[submodule \"t\"]\n\tpath = s\n\turl = {Scratch.Path}\n");
        Assert.Contains("several entries", await Refused(tag), StringComparison.Ordinal);
        Upstream.Run("rm", "-q", "--cached", ".gitmodules");
        Upstream.Run("commit", "-q", "-m", "lost");
        Upstream.Tag("v1.0");
        Assert.Contains("has no entry", await Refused((await List()).Single()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gitmodules_that_is_a_symbolic_link_is_refused()
    {
        Release(Scratch.Path);
        File.Delete(Path.Combine(Upstream.Path, ".gitmodules"));
        File.CreateSymbolicLink(Path.Combine(Upstream.Path, ".gitmodules"), "/etc/passwd");
        Upstream.Run("add", ".gitmodules");
        Upstream.Run("commit", "-q", "-m", "link");
        Upstream.Tag("v1.0");
        Assert.Contains(
            ".gitmodules is no regular file",
            await Refused((await List()).Single()),
            StringComparison.Ordinal
        );
    }

    /// <summary>A tree made by hand that names one place twice: as a link out of it, and as a directory with a submodule.</summary>
    [Fact]
    public async Task One_whose_path_leads_through_a_link_writes_nothing_outside()
    {
        GitRepository inner = new(Scratch["inner"]);
        string commit = inner.Commit(("x", "inner"));
        string outside = Directory.CreateDirectory(Scratch["outside/s"]).FullName;
        Release(inner.Path, path: "dir/s");
        File.WriteAllText(Scratch["target"], Scratch["outside"]);
        string link = Upstream.Run("hash-object", "-w", Scratch["target"]);
        string modules = Upstream.Run("rev-parse", "HEAD:.gitmodules");
        string directory = MakeTree($"160000 commit {commit}\ts\n");
        string tree = MakeTree(
            $"100644 blob {modules}\t.gitmodules\n120000 blob {link}\tdir\n040000 tree {directory}\tdir\n"
        );
        Upstream.Run("update-ref", "refs/tags/v1.0", Upstream.Run("commit-tree", "-m", "twice", tree));
        ListedTag tag = (await List()).Single();

        // Refused, or kept inside: whichever of the two entries this git lets win.
        Exception? refused = await Record.ExceptionAsync(() => Fetch(tag, submodules: true));
        Assert.True(refused is null or GitException, refused?.ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));

        string MakeTree(string entries)
        {
            File.WriteAllText(Scratch["entries"], entries);
            return Upstream.Run("-c", $"alias.maketree=!git mktree --missing < {Scratch["entries"]}", "maketree");
        }
    }

    [Fact]
    public void A_path_through_a_link_or_into_something_else_is_unsafe()
    {
        Directory.CreateDirectory(Scratch["tree/real/empty"]);
        Directory.CreateDirectory(Scratch["tree/full"]);
        File.WriteAllText(Scratch["tree/full/file"], "");
        File.CreateSymbolicLink(Scratch["tree/link"], Scratch["tree/real"]);
        Assert.Null(SubmoduleTable.WhyUnsafe(Scratch["tree"], "real/empty"));
        foreach (string path in (string[])["link", "link/empty", "full", "full/file", "real/missing"])
        {
            Assert.NotNull(SubmoduleTable.WhyUnsafe(Scratch["tree"], path));
        }
    }

    [Fact]
    public async Task Those_that_contain_themselves_end_at_a_depth()
    {
        // Each version of the repository has the one before as its submodule.
        Release(".." + "/up stream");
        for (int level = 0; level < ManagerLimits.SubmoduleDepth + 1; level++)
        {
            string commit = Upstream.Run("rev-parse", "HEAD");
            Upstream.Run("update-index", "--cacheinfo", $"160000,{commit},s");
            Upstream.Run("commit", "-q", "-m", "deeper");
        }

        Upstream.Tag("v1.0");
        Assert.Contains("more than 10 deep", await Refused((await List()).Single()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_count_towards_the_same_limits_as_the_tree()
    {
        GitRepository inner = new(Scratch["inner"]);
        inner.Commit(("x", "1"), ("y", "2"), ("z", "3"));
        Upstream.Commit(("a", "1"));
        Upstream.Run("submodule", "--quiet", "add", inner.Path, "sub");
        Upstream.Commit();
        Upstream.Tag("v1.0");
        Limits = FetchConfig.Default with { Files = 5 };
        Assert.Contains("more than 5 files", await Refused((await List()).Single()), StringComparison.Ordinal);
    }
}
