using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Tests.Git;

public sealed class GitTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StateLayout _layout;
    private readonly GitRunner _git;
    private readonly GitRepository _upstream;
    private int _fetches;

    public GitTests()
    {
        _layout = new StateLayout(_directory["state"]);
        _layout.Create();
        Dictionary<string, string> environment = new() { ["PATH"] = "/usr/bin:/bin", ["HOME"] = _directory.Path };
        _git = new GitRunner(new GitCommands("/usr/bin/git", environment, _layout), new ChildRunner(TimeProvider.System, killsAdopted: false));
        _upstream = new GitRepository(_directory["up stream"]);
    }

    public void Dispose() => _directory.Dispose();

    private static UpstreamUrl Url(string text) => UpstreamUrl.TryParse(text, out UpstreamUrl? url, out string? error)
        ? url : throw new ArgumentException(error);

    private Task<IReadOnlyList<ListedTag>> List(string? url = null) => new TagLister(_git, _layout).ListAsync(Url(url ?? _upstream.Path), default);

    private async Task<(string Directory, Timestamp Time)> Fetch(ListedTag tag, bool submodules = false, string? url = null)
    {
        string target = Directory.CreateDirectory(_layout.SourceOf(++_fetches)).FullName;
        using AttemptLog log = new(_layout.LogOf(_fetches), TimeProvider.System, new Redactor());
        return (target, await new SourceFetcher(_git).FetchAsync(Url(url ?? _upstream.Path), tag, submodules, target, log, default));
    }

    [Fact]
    public async Task A_local_upstream_is_listed_and_fetched_exactly_at_the_tag()
    {
        string first = _upstream.Commit(("a", "1"), ("dir/b", "2"));
        _upstream.Tag("v1.0");
        long time = _upstream.Time;
        _upstream.Commit(("a", "later"));
        _upstream.Tag("v2.0", annotated: true);

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
        _upstream.Commit(("a", "tag"));
        _upstream.Tag("v1.0");
        _upstream.Run("checkout", "-q", "-b", "v1.0");
        _upstream.Commit(("a", "branch"));
        (string source, _) = await Fetch((await List()).Single());
        Assert.Equal("tag", File.ReadAllText(Path.Combine(source, "a")));
    }

    [Fact]
    public async Task A_tag_that_moved_since_it_was_listed_is_refused()
    {
        _upstream.Commit(("a", "1"));
        _upstream.Tag("v1.0");
        ListedTag listed = (await List()).Single();
        _upstream.Commit(("a", "2"));
        _upstream.Tag("v1.0");
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
        _upstream.Commit(("a", name));
        _upstream.Tag(name);
        (string source, _) = await Fetch((await List()).Single(t => t.Name == name));
        Assert.Equal(name, File.ReadAllText(Path.Combine(source, "a")));
        Assert.Equal([Path.Combine(source, "a")], Directory.EnumerateFileSystemEntries(source));
        Assert.False(File.Exists(Path.Combine(_upstream.Path, "pwned")));
    }

    [Fact]
    public async Task Submodules_are_fetched_when_asked_and_leave_no_git_directory()
    {
        GitRepository inner = new(_directory["inner"]);
        inner.Commit(("x", "inner"));
        _upstream.Commit(("a", "1"));
        _upstream.Run("submodule", "--quiet", "add", inner.Path, "sub");
        _upstream.Commit();
        _upstream.Tag("v1.0");
        ListedTag tag = (await List()).Single();
        (string source, _) = await Fetch(tag);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(source, "sub")));
        (source, _) = await Fetch(tag, submodules: true);
        Assert.Equal("inner", File.ReadAllText(Path.Combine(source, "sub", "x")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(source, ".git", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }));
    }

    [Theory]
    [InlineData("ext::sh -c touch% /tmp/peipkg-pwned")]
    [InlineData("-u./payload")]
    public async Task Submodules_of_exotic_transports_are_refused(string url)
    {
        _upstream.Commit(("a", "1"));
        string commit = _upstream.Run("rev-parse", "HEAD");
        File.WriteAllText(Path.Combine(_upstream.Path, ".gitmodules"), $"[submodule \"s\"]\n\tpath = s\n\turl = {url}\n");
        _upstream.Run("update-index", "--add", "--cacheinfo", $"160000,{commit},s");
        _upstream.Run("add", ".gitmodules");
        _upstream.Run("commit", "-q", "-m", "sub");
        _upstream.Tag("v1.0");
        ListedTag tag = (await List()).Single();
        await Assert.ThrowsAsync<GitException>(() => Fetch(tag, submodules: true));
        Assert.False(File.Exists("/tmp/peipkg-pwned"));
    }

    [Fact]
    public async Task A_submodule_on_this_machine_is_refused_when_the_upstream_is_on_another()
    {
        GitRepository inner = new(_directory["inner"]);
        inner.Commit(("x", "private"));
        _upstream.Commit(("a", "1"));
        _upstream.Run("submodule", "--quiet", "add", "file://" + inner.Path, "sub");
        _upstream.Commit();
        _upstream.Tag("v1.0");
        using GitDaemon daemon = new(_directory.Path);
        ListedTag tag = (await List(daemon.Url("up%20stream"))).Single();
        GitException e = await Assert.ThrowsAsync<GitException>(() => Fetch(tag, submodules: true, daemon.Url("up%20stream")));
        Assert.Contains("not allowed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_git_protocol_works_with_annotated_tags()
    {
        _upstream.Commit(("a", "1"));
        _upstream.Tag("v1.0", annotated: true);
        using GitDaemon daemon = new(_directory.Path);
        ListedTag tag = (await List(daemon.Url("up%20stream"))).Single();
        (string source, _) = await Fetch(tag, url: daemon.Url("up%20stream"));
        Assert.Equal("1", File.ReadAllText(Path.Combine(source, "a")));
    }

    [Fact]
    public async Task Ssh_works_with_the_operators_command_and_key()
    {
        _upstream.Commit(("a", "1"));
        _upstream.Tag("v1.0", annotated: true);
        using SshServer server = new(_directory["ssh"]);
        Dictionary<string, string> environment = new() { ["PATH"] = "/usr/bin:/bin", ["GIT_SSH_COMMAND"] = server.Command };
        GitRunner git = new(new GitCommands("/usr/bin/git", environment, _layout), new ChildRunner(TimeProvider.System, killsAdopted: false));
        UpstreamUrl url = Url(server.Url(_upstream.Path));
        ListedTag tag = (await new TagLister(git, _layout).ListAsync(url, default)).Single();
        string target = Directory.CreateDirectory(_layout.SourceOf(7)).FullName;
        using AttemptLog log = new(_layout.LogOf(7), TimeProvider.System, new Redactor());
        await new SourceFetcher(git).FetchAsync(url, tag, submodules: false, target, log, default);
        Assert.Equal("1", File.ReadAllText(Path.Combine(target, "a")));
    }

    [Fact]
    public async Task Http_works_and_credentials_reach_only_the_header()
    {
        _upstream.Commit(("a", "1"));
        _upstream.Tag("v1.0");
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(_directory.Path, "bob", "s3cret");
        string url = server.Url("up%20stream").Replace("http://", "http://bob:s3cret@", StringComparison.Ordinal);
        ListedTag tag = (await List(url)).Single();
        (string source, _) = await Fetch(tag, url: url);
        Assert.Equal("1", File.ReadAllText(Path.Combine(source, "a")));
        Assert.DoesNotContain("s3cret", File.ReadAllText(_layout.LogOf(_fetches)), StringComparison.Ordinal);

        GitException e = await Assert.ThrowsAsync<GitException>(() => List(server.Url("up%20stream").Replace("http://", "http://bob:wr0ng@", StringComparison.Ordinal)));
        Assert.DoesNotContain("wr0ng", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_with_symbolic_links_out_of_it_loses_nothing_outside()
    {
        string outside = Directory.CreateDirectory(_directory["outside/.git"]).FullName;
        File.WriteAllText(Path.Combine(outside, "keep"), "");
        File.CreateSymbolicLink(Path.Combine(_upstream.Path, "link"), _directory["outside"]);
        _upstream.Commit();
        _upstream.Tag("v1.0");
        (string source, _) = await Fetch((await List()).Single());
        Assert.True(File.Exists(Path.Combine(outside, "keep")));
        TreeRemoval.Remove(source);
        Assert.True(File.Exists(Path.Combine(outside, "keep")));
    }

    [Fact]
    public async Task Filters_and_hooks_of_the_operators_configuration_do_not_run_on_foreign_trees()
    {
        string hooks = Directory.CreateDirectory(_directory["hooks"]).FullName;
        File.WriteAllText(Path.Combine(hooks, "post-checkout"), $"#!/bin/sh\ntouch {_directory["hooked"]}\n");
        File.SetUnixFileMode(Path.Combine(hooks, "post-checkout"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(_directory[".gitconfig"], $"[core]\n\thooksPath = {hooks}\n[filter \"lfs\"]\n\tsmudge = touch {_directory["smudged"]}\n\trequired = true\n");
        _upstream.Commit((".gitattributes", "*.bin filter=lfs\n"), ("a.bin", "pointer"));
        _upstream.Tag("v1.0");
        (string source, _) = await Fetch((await List()).Single());
        Assert.Equal("pointer", File.ReadAllText(Path.Combine(source, "a.bin")));
        Assert.False(File.Exists(_directory["hooked"]));
        Assert.False(File.Exists(_directory["smudged"]));
    }

    [Fact]
    public async Task A_tag_of_something_that_is_no_commit_is_the_upstreams_fault()
    {
        _upstream.Commit(("a", "1"));
        _upstream.Run("tag", "v1.0", _upstream.Run("rev-parse", "HEAD:a"));
        GitException e = await Assert.ThrowsAsync<GitException>(async () => await Fetch((await List()).Single()));
        Assert.True(e.IsUpstreamsFault);
        Assert.Contains("commit", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_from_before_1970_is_a_clear_failure()
    {
        _upstream.Commit(("a", "1"));
        string tree = _upstream.Run("rev-parse", "HEAD^{tree}");
        string path = Path.Combine(_directory.Path, "commit");
        File.WriteAllText(path, $"tree {tree}\nauthor A <a@x> -5000 +0000\ncommitter A <a@x> -5000 +0000\n\nold\n");
        string id = _upstream.Run("hash-object", "-t", "commit", "-w", "--literally", path);
        _upstream.Run("update-ref", "refs/tags/v0", id);
        GitException e = await Assert.ThrowsAsync<GitException>(async () => await Fetch((await List()).Single()));
        Assert.True(e.IsUpstreamsFault, e.Message);
    }

    [Fact]
    public async Task An_upstream_that_is_not_there_is_said_in_a_sentence()
    {
        GitException e = await Assert.ThrowsAsync<GitException>(() => List(_directory["nowhere"]));
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
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TagLister(_git, _layout).ListAsync(
            Url($"git://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/x"), stop.Token));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
    }
}
