using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Upstreams;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Git;

[Trait("Speed", "slow")]
[Trait("Scenario", "hostile")]
public sealed class GitTests : GitRig
{
    [Fact]
    public async Task A_local_upstream_is_listed_and_fetched_exactly_at_the_tag()
    {
        string first = Upstream.Commit(("a", "1"), ("dir/b", "2"));
        Upstream.Tag("v1.0");
        long time = Upstream.Time;
        Upstream.Commit(("a", "later"));
        Upstream.Tag("v2.0", annotated: true);

        IReadOnlyList<ListedTag> tags = await List();
        Assert.Equal(["v1.0", "v2.0"], tags.Select(t => t.Name));
        Assert.Equal((first, first), (tags[0].ObjectId, tags[0].CommitId));
        Assert.NotEqual(tags[1].ObjectId, tags[1].CommitId);

        (string source, Timestamp committed) = await Fetch(tags[0]);
        Assert.Equal("1", File.ReadAllText(Path.Combine(source, "a")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(source, "dir/b")));
        Assert.Equal(time, committed.UnixSeconds);
        Assert.False(Directory.Exists(Path.Combine(source, ".git")));
        (source, _) = await Fetch(tags[1]);
        Assert.Equal("later", File.ReadAllText(Path.Combine(source, "a")));
    }

    [Fact]
    public async Task A_branch_of_the_same_name_is_not_taken_for_the_tag()
    {
        Upstream.Commit(("a", "tag"));
        Upstream.Tag("v1.0");
        Upstream.Run("checkout", "-q", "-b", "v1.0");
        Upstream.Commit(("a", "branch"));
        (string source, _) = await Fetch((await List()).Single());
        Assert.Equal("tag", File.ReadAllText(Path.Combine(source, "a")));
    }

    [Fact]
    public async Task A_tag_that_moved_since_it_was_listed_is_refused()
    {
        Upstream.Commit(("a", "1"));
        Upstream.Tag("v1.0");
        ListedTag listed = (await List()).Single();
        Upstream.Commit(("a", "2"));
        Upstream.Tag("v1.0");
        GitException e = await Assert.ThrowsAsync<GitException>(() => Fetch(listed));
        Assert.Contains("moved", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsUpstreamsFault);
    }

    [Theory]
    [InlineData("--upload-pack=touch${IFS}pwned")]
    [InlineData("-c")]
    [InlineData("v1$(touch pwned)")]
    [InlineData("v1;touch pwned")]
    [InlineData("v1`id`")]
    [InlineData("a/b/c/v1")]
    [InlineData("v1'\"&|<>")]
    public async Task Strange_tag_names_are_only_names(string name)
    {
        name = name.Replace(" ", "", StringComparison.Ordinal);
        Upstream.Commit(("a", name));
        Upstream.Tag(name);
        (string source, _) = await Fetch((await List()).Single(t => t.Name == name));
        Assert.Equal(name, File.ReadAllText(Path.Combine(source, "a")));
        Assert.Equal([Path.Combine(source, "a")], Directory.EnumerateFileSystemEntries(source));
        Assert.False(File.Exists(Path.Combine(Upstream.Path, "pwned")));
    }

    [Fact]
    public async Task TheGit_protocol_works_with_annotated_tags()
    {
        Upstream.Commit(("a", "1"));
        Upstream.Tag("v1.0", annotated: true);
        using GitDaemon daemon = new(Scratch.Path);
        ListedTag tag = (await List(daemon.Url("up%20stream"))).Single();
        (string source, _) = await Fetch(tag, url: daemon.Url("up%20stream"));
        Assert.Equal("1", File.ReadAllText(Path.Combine(source, "a")));
    }

    [Fact]
    public async Task Ssh_works_with_the_operators_command_and_key()
    {
        Upstream.Commit(("a", "1"));
        Upstream.Tag("v1.0", annotated: true);
        using SshServer server = new(Scratch["ssh"]);
        GitRunner git = MakeGit(new() { ["GIT_SSH_COMMAND"] = server.Command });
        GitAddress url = Url(server.Url(Upstream.Path));
        ListedTag tag = (
            await new TagLister(git, Layout, () => PollConfig.Default.Timeout).ListAsync(url, default)
        ).Single();
        string target = Directory.CreateDirectory(Layout.SourceOf(7)).FullName;
        using AttemptLog log = new(Layout.LogOf(7), TimeProvider.System, new Redactor());
        await new SourceFetcher(git, () => Limits, TimeProvider.System).FetchAsync(
            url,
            tag,
            submodules: false,
            target,
            log,
            default
        );
        Assert.Equal("1", File.ReadAllText(Path.Combine(target, "a")));
    }

    [Fact]
    public async Task Http_works_and_credentials_reach_only_the_header()
    {
        Upstream.Commit(("a", "1"));
        Upstream.Tag("v1.0");
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(Scratch.Path, "bob", "s3cret");
        string url = server.Url("up%20stream").Replace("http://", "http://bob:s3cret@", StringComparison.Ordinal);
        ListedTag tag = (await List(url)).Single();
        (string source, _) = await Fetch(tag, url: url);
        Assert.Equal("1", File.ReadAllText(Path.Combine(source, "a")));
        Assert.DoesNotContain("s3cret", File.ReadAllText(Layout.LogOf(Fetches)), StringComparison.Ordinal);

        GitException e = await Assert.ThrowsAsync<GitException>(() =>
            List(server.Url("up%20stream").Replace("http://", "http://bob:wr0ng@", StringComparison.Ordinal))
        );
        Assert.DoesNotContain("wr0ng", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_with_symbolic_links_out_of_it_loses_nothing_outside()
    {
        string outside = Directory.CreateDirectory(Scratch["outside/.git"]).FullName;
        File.WriteAllText(Path.Combine(outside, "keep"), "");
        File.CreateSymbolicLink(Path.Combine(Upstream.Path, "link"), Scratch["outside"]);
        Upstream.Commit();
        Upstream.Tag("v1.0");
        (string source, _) = await Fetch((await List()).Single());
        Assert.True(File.Exists(Path.Combine(outside, "keep")));
        TreeRemoval.Remove(source);
        Assert.True(File.Exists(Path.Combine(outside, "keep")));
    }

    [Fact]
    public async Task Filters_and_hooks_of_the_operators_configuration_do_not_run_on_foreign_trees()
    {
        string hooks = Directory.CreateDirectory(Scratch["hooks"]).FullName;
        File.WriteAllText(Path.Combine(hooks, "post-checkout"), $"#!/bin/sh\ntouch {Scratch["hooked"]}\n");
        File.SetUnixFileMode(Path.Combine(hooks, "post-checkout"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(
            Scratch[".gitconfig"],
            $"[core]\n\thooksPath = {hooks}\n[filter \"lfs\"]\n\tsmudge = touch {Scratch["smudged"]}\n\trequired = true\n"
        );
        Upstream.Commit((".gitattributes", "*.bin filter=lfs\n"), ("a.bin", "pointer"));
        Upstream.Tag("v1.0");
        (string source, _) = await Fetch((await List()).Single());
        Assert.Equal("pointer", File.ReadAllText(Path.Combine(source, "a.bin")));
        Assert.False(File.Exists(Scratch["hooked"]));
        Assert.False(File.Exists(Scratch["smudged"]));
    }

    [Fact]
    public async Task Files_are_the_bytes_that_were_committed_whatever_their_attributes_say()
    {
        Upstream.Commit(("a", "$Id$\none\n"), ("b.txt", "two\r\nthree\n"));
        Upstream.Commit((".gitattributes", "a ident\n*.txt text eol=crlf\nc working-tree-encoding=UTF-16\n"));
        Upstream.Tag("v1.0");
        string committed = Upstream.Run("rev-parse", "HEAD:b.txt");
        (string source, _) = await Fetch((await List()).Single());
        Assert.Equal("$Id$\none\n", File.ReadAllText(Path.Combine(source, "a")));
        Assert.Equal(committed, Upstream.Run("hash-object", "--no-filters", Path.Combine(source, "b.txt")));
    }

    [Fact]
    public async Task A_repository_with_SHA_256_ids_is_listed_fetched_and_compared()
    {
        GitRepository upstream = new(Scratch["sha256"], "--object-format=sha256");
        string commit = upstream.Commit(("a", "1"));
        upstream.Tag("v1.0", annotated: true);
        ListedTag tag = (await List(upstream.Path)).Single();
        Assert.Equal((64, commit), (tag.ObjectId.Length, tag.CommitId));
        (string source, Timestamp time) = await Fetch(tag, url: upstream.Path);
        Assert.Equal("1", File.ReadAllText(Path.Combine(source, "a")));
        Assert.Equal(upstream.Time, time.UnixSeconds);
        upstream.Commit(("a", "2"));
        upstream.Tag("v1.0", annotated: true);
        GitException e = await Assert.ThrowsAsync<GitException>(() => Fetch(tag, url: upstream.Path));
        Assert.Contains("moved", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_of_too_many_files_or_bytes_never_reaches_the_disk()
    {
        Upstream.Commit(("a", "1"), ("dir/b", new string('2', 3 << 20)));
        Upstream.Tag("v1.0");
        ListedTag tag = (await List()).Single();
        Limits = Limits with { Files = 2 };
        GitException e = await Assert.ThrowsAsync<GitException>(() => Fetch(tag));
        Assert.Contains("more than 2 files and directories; [fetch] files", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsUpstreamsFault);
        Assert.False(File.Exists(Path.Combine(LastSource, "a")));
        Limits = FetchConfig.Default with { Size = 2 << 20 };
        e = await Assert.ThrowsAsync<GitException>(() => Fetch(tag));
        Assert.Contains("more than 2 MiB; [fetch] size", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(LastSource, "a")));
        Limits = FetchConfig.Default with { Files = 3 };
        await Fetch(tag);
    }

    /// <summary>Ten trees, each holding the one before ten times: a few kilobytes that would become ten thousand million files.</summary>
    [Fact]
    public async Task A_tree_that_holds_itself_many_times_over_is_refused_at_once()
    {
        Upstream.Commit(("a", "1"));
        string tree = Upstream.Run("rev-parse", "HEAD^{tree}");
        for (int level = 0; level < 10; level++)
        {
            File.WriteAllText(
                Scratch["tree"],
                string.Concat(Enumerable.Range(0, 10).Select(i => $"040000 tree {tree}\td{i}\n"))
            );
            tree = Upstream.Run("-c", $"alias.maketree=!git mktree < {Scratch["tree"]}", "maketree");
        }

        Upstream.Run("update-ref", "refs/tags/v1.0", Upstream.Run("commit-tree", "-m", "bomb", tree));
        Stopwatch watch = Stopwatch.StartNew();
        Limits = Limits with { Files = 20_000 };
        GitException e = await Assert.ThrowsAsync<GitException>(async () => await Fetch((await List()).Single()));
        Assert.Contains("more than 20000 files", e.Message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_tag_of_something_that_is_no_commit_is_theUpstreams_fault()
    {
        Upstream.Commit(("a", "1"));
        Upstream.Run("tag", "v1.0", Upstream.Run("rev-parse", "HEAD:a"));
        GitException e = await Assert.ThrowsAsync<GitException>(async () => await Fetch((await List()).Single()));
        Assert.True(e.IsUpstreamsFault);
        Assert.Contains("commit", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_from_before_1970_is_a_clear_failure()
    {
        Upstream.Commit(("a", "1"));
        string tree = Upstream.Run("rev-parse", "HEAD^{tree}");
        string path = Path.Combine(Scratch.Path, "commit");
        File.WriteAllText(path, $"tree {tree}\nauthor A <a@x> -5000 +0000\ncommitter A <a@x> -5000 +0000\n\nold\n");
        string id = Upstream.Run("hash-object", "-t", "commit", "-w", "--literally", path);
        Upstream.Run("update-ref", "refs/tags/v0", id);
        GitException e = await Assert.ThrowsAsync<GitException>(async () => await Fetch((await List()).Single()));
        Assert.True(e.IsUpstreamsFault, e.Message);
    }

    [Fact]
    public async Task AnUpstream_that_is_not_there_is_said_in_a_sentence()
    {
        GitException e = await Assert.ThrowsAsync<GitException>(() => List(Scratch["nowhere"]));
        Assert.Contains("git ls-remote for file://", e.Message, StringComparison.Ordinal);
        Assert.Contains("exit status 128", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_can_be_abandoned()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(500));
        Stopwatch watch = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new TagLister(Git, Layout, () => PollConfig.Default.Timeout).ListAsync(
                Url($"git://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/x"),
                stop.Token
            )
        );
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(45));
    }
}
