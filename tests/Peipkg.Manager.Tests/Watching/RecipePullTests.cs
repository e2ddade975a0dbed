using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Tests.Git;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Tests.Watching;

/// <summary>Recipes from a real git repository: what is taken over, what is not, and what then stays.</summary>
public sealed class RecipePullTests : GitRig
{
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly ManagerDatabase _database;
    private RecipesConfig _from;
    private RosterHolder _roster = null!;
    private RecipePull _source = null!;
    private int _taken;

    public RecipePullTests()
    {
        _database = ManagerDatabase.Open(Layout.Database);
        _from = new RecipesConfig(Url(Upstream.Path), null, "", []);
        Start();
    }

    protected override void Dispose(bool disposing)
    {
        _database.Dispose();
        base.Dispose(disposing);
    }

    private EventStore Events => new(_database, _clock);

    private string[] Names => [.. _roster.Current.Recipes.Select(r => r.Name)];

    private string[] Kept =>
        [
            .. Directory
                .EnumerateFileSystemEntries(Layout.Recipes)
                .Select(e => Path.GetFileName(e).Split('.')[^1])
                .Order(StringComparer.Ordinal),
        ];

    // As a manager does: what is in force first, from the disk alone.
    private void Start(LimitConfig? limits = null)
    {
        ManagerConfig config = new(
            "farm",
            Layout.Recipes,
            Layout.Root,
            new RepositoryConfig("x", ""),
            Scratch["key"],
            [],
            new HttpConfig(null),
            TimeSpan.FromHours(1)
        )
        {
            Recipes = _from,
            Limits = limits ?? LimitConfig.Default,
        };
        ConfigHolder holder = new(config);
        _roster = new RosterHolder(config, NullLogger<RosterHolder>.Instance);
        _roster.Load();
        _source = new RecipePull(
            _from,
            holder,
            Layout,
            new BranchFetcher(Git, Layout, () => PollConfig.Default.Timeout, () => Limits, TimeProvider.System),
            _roster,
            Events,
            () => _taken++,
            new Redactor(),
            _clock,
            NullLogger<RecipePull>.Instance
        );
        _source.Begin();
    }

    private Task<bool> Pull() => _source.PullAsync(default);

    private static (string, string) Recipe(string name, string revision = "peios_revision", string? package = null) =>
        (
            name + "/peipkg.toml",
            $"""
            [meta]
            license = "MIT"
            build_script = "build.sh"
            [[package]]
            name = "{package ?? name}"
            architecture = "noarch"
            files = ["usr/**"]
            [upstream]
            git = "https://example.org/{name}"
            tag_pattern = "^v([0-9.]+)$"
            {revision} = 1

            """
        );

    [Fact]
    public async Task A_good_commit_is_taken_over_and_is_in_force_again_after_a_restart_without_the_repository()
    {
        Assert.False(_roster.IsKnown);
        string first = Upstream.Commit(Recipe("one"), Recipe("two"), ("README", "hello"));
        Assert.True(await Pull());
        Assert.Equal(["one", "two"], Names);
        Assert.Equal(first, _roster.Current.Commit);
        Assert.Equal(1, _taken);
        FarmEvent told = Assert.Single(Events.Latest(null, 10));
        Assert.Equal(EventKind.RecipesTaken, told.Kind);
        Assert.Equal($"commit {first}, 2 recipes", told.Detail);

        // Nothing new: nothing is done, nor told.
        _clock.Now += TimeSpan.FromHours(1);
        Assert.True(await Pull());
        Assert.Equal(_clock.Now, _source.State.AnsweredAt);
        Assert.Equal(1, _taken);

        Directory.Move(Upstream.Path, Scratch["elsewhere"]);
        Start();
        Assert.Equal(["one", "two"], Names);
        Assert.Equal(first, _roster.Current.Commit);
        Assert.False(await Pull());
        Assert.Equal(1, _source.State.Failures);
        Assert.NotNull(_source.State.Error);
        Assert.Equal(["one", "two"], Names);

        Directory.Move(Scratch["elsewhere"], Upstream.Path);
        Assert.True(await Pull());
        Assert.Null(_source.State.Error);
        Assert.Single(Events.Latest(null, 10));
    }

    [Fact]
    public async Task A_commit_with_a_mistake_changes_nothing_and_is_looked_at_once_until_somebody_asks()
    {
        string good = Upstream.Commit(Recipe("one"), Recipe("two"));
        Assert.True(await Pull());
        string bad = Upstream.Commit(Recipe("one", revision: "peios_revisio"), Recipe("three"));
        Assert.False(await Pull());
        Assert.Equal(bad, _source.State.Refused);
        Assert.Contains(
            "recipe one: one/peipkg.toml:11:1: unknown key \"peios_revisio\"",
            _source.State.Reason,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Layout.Root, _source.State.Reason, StringComparison.Ordinal);
        Assert.Equal(["one", "two"], Names);
        Assert.Equal(good, _roster.Current.Commit);

        File.Delete(Layout.RecipesLog);
        Assert.False(await Pull());
        Assert.False(File.Exists(Layout.RecipesLog), "the same commit was fetched again");
        _source.Trigger(again: true);
        Assert.False(await Pull());
        Assert.True(File.Exists(Layout.RecipesLog));

        // What mends it is taken; what was removed has gone.
        string mended = Upstream.Commit(Recipe("one"));
        Assert.True(await Pull());
        Assert.Null(_source.State.Refused);
        Assert.Equal(["one", "three", "two"], Names);
        Assert.Equal(mended, _roster.Current.Commit);
        Assert.Equal(2, _taken);
    }

    [Fact]
    public async Task What_no_farm_could_use_as_a_whole_is_refused_with_the_reason()
    {
        Upstream.Commit(("README", "nothing"));
        Assert.False(await Pull());
        Assert.Contains("there is no recipe in it", _source.State.Reason, StringComparison.Ordinal);
        Assert.False(_roster.IsKnown);

        Upstream.Commit(Recipe("one", package: "same"), Recipe("two", package: "same"));
        Assert.False(await Pull());
        Assert.Contains(
            "the recipes one and two all make the package same",
            _source.State.Reason,
            StringComparison.Ordinal
        );

        File.Delete(Path.Combine(Upstream.Path, "two/peipkg.toml"));
        File.CreateSymbolicLink(Path.Combine(Upstream.Path, "one/inside"), "../README");
        File.CreateSymbolicLink(Path.Combine(Upstream.Path, "one/patch"), "/etc/hostname");
        Directory.CreateSymbolicLink(Path.Combine(Upstream.Path, "deep"), "one/..");
        File.CreateSymbolicLink(Path.Combine(Upstream.Path, "one/other"), "../deep/../../git");
        Upstream.Commit();
        Assert.False(await Pull());
        Assert.Equal(
            [
                "one/other is a link that leads out of the repository",
                "one/patch is a link that leads out of the repository",
            ],
            _source.State.Reason.Split("; ").Order(StringComparer.Ordinal)
        );

        File.Delete(Path.Combine(Upstream.Path, "one/patch"));
        File.Delete(Path.Combine(Upstream.Path, "one/other"));
        Upstream.Commit();
        Assert.True(await Pull());
        Assert.Equal(["one"], Names);

        // Beyond what [fetch] allows, before any of it is a file.
        Limits = Limits with
        {
            Size = 1000,
        };
        Upstream.Commit(("large", new string('x', 2000)));
        Assert.False(await Pull());
        Assert.Contains("[fetch] size in config.toml allows more", _source.State.Reason, StringComparison.Ordinal);
        Assert.Equal(["one"], Names);
    }

    [Fact]
    public async Task The_branch_and_the_directory_are_those_that_the_configuration_names()
    {
        Upstream.Commit(Recipe("top"), Recipe("farm/inner", package: "inner"));
        Upstream.Run("branch", "stable");
        Upstream.Run("branch", "old/stable");
        Upstream.Commit(Recipe("newer"));
        _from = _from with { Branch = "stable", Folder = "farm" };
        Start();
        Assert.True(await Pull());
        Assert.Equal(["inner"], Names);

        _from = _from with { Branch = "missing" };
        Start();
        Assert.Equal(["inner"], Names);
        Assert.False(await Pull());
        Assert.Contains("has no branch missing", _source.State.Error, StringComparison.Ordinal);

        _from = _from with { Branch = null, Folder = "nowhere" };
        Start();
        Assert.False(_roster.IsKnown);
        Assert.False(await Pull());
        Assert.Equal("there is no directory nowhere in it ([recipes] path)", _source.State.Reason);
    }

    [Fact]
    public async Task What_running_builds_may_read_stays_until_none_can_and_goes_at_the_next_start()
    {
        string one = Upstream.Commit(Recipe("one"));
        Assert.True(await Pull());
        string two = Upstream.Commit(Recipe("two"));
        Assert.True(await Pull());
        Assert.Equal(new[] { one, two, "current" }.Order(StringComparer.Ordinal), Kept);

        // Builds take 12 hours at most, their sources one, and another is left for good measure.
        _clock.Now += TimeSpan.FromHours(13.9);
        string three = Upstream.Commit(Recipe("three"));
        Assert.True(await Pull());
        Assert.Equal(new[] { one, two, three, "current" }.Order(StringComparer.Ordinal), Kept);
        _clock.Now += TimeSpan.FromHours(0.2);
        string four = Upstream.Commit(Recipe("four"));
        Assert.True(await Pull());
        Assert.Equal(new[] { two, three, four, "current" }.Order(StringComparer.Ordinal), Kept);
        Directory.CreateDirectory(Path.Combine(Layout.Recipes, "incoming", "half"));
        Start();
        Assert.Equal(new[] { four, "current" }.Order(StringComparer.Ordinal), Kept);
    }

    [Fact]
    public async Task With_signers_only_commits_that_one_of_them_signed_are_taken_and_none_that_is_older()
    {
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ann", "-f", Scratch["ann"]);
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "mallory", "-f", Scratch["mallory"]);
        await File.WriteAllTextAsync(
            Scratch["allowed"],
            $"# who may\nann@example.org namespaces=\"git\" {await File.ReadAllTextAsync(Scratch["ann.pub"])}"
        );
        _from = _from with { Signers = [Scratch["allowed"]] };
        Start();

        Upstream.Commit(Recipe("one"));
        Assert.False(await Pull());
        Assert.Equal("it is not signed", _source.State.Reason);

        SignWith("mallory");
        Upstream.Commit(Recipe("one"));
        Assert.False(await Pull());
        Assert.Contains("it is signed by none of [recipes] signers", _source.State.Reason, StringComparison.Ordinal);
        Assert.False(_roster.IsKnown);

        SignWith("ann");
        string old = Upstream.Commit(Recipe("one"));
        Assert.True(await Pull());
        string latest = Upstream.Commit(Recipe("two"));
        Assert.True(await Pull());
        Assert.Equal(["one", "two"], Names);

        // A server that serves what Ann signed before; and a key that counts no more, noticed at the next start.
        Upstream.Run("reset", "-q", "--hard", old);
        Assert.False(await Pull());
        Assert.Contains(
            $"it is older than {latest[..12]}, which is in force",
            _source.State.Reason,
            StringComparison.Ordinal
        );
        Assert.Equal(["one", "two"], Names);
        Upstream.Run("reset", "-q", "--hard", latest);
        await File.WriteAllTextAsync(
            Scratch["allowed"],
            $"mallory@example.org {await File.ReadAllTextAsync(Scratch["mallory.pub"])}"
        );
        Start();
        Assert.Equal(["one", "two"], Names);
        Assert.False(await Pull());
        Assert.Equal(latest, _source.State.Refused);

        // Nobody is trusted because a file says nothing.
        await File.WriteAllTextAsync(Scratch["allowed"], "# nobody\n");
        _source.Trigger(again: true);
        Assert.False(await Pull());
        Assert.Contains("it names nobody", _source.State.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenPGP_signatures_count_by_the_keys_of_the_file_and_not_by_those_of_the_user()
    {
        string home = Directory
            .CreateDirectory(
                Scratch["gnupg"],
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            )
            .FullName;
        foreach (string who in (string[])["ann", "bob"])
        {
            Run(
                "gpg",
                "--homedir",
                home,
                "--batch",
                "--quiet",
                "--passphrase",
                "",
                "--quick-generate-key",
                $"{who}@example.org",
                "ed25519",
                "sign",
                "never"
            );
        }

        string wrapper = Scratch["gpg.sh"];
        await File.WriteAllTextAsync(wrapper, $"#!/bin/sh\nexec gpg --homedir {home} \"$@\"\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Upstream.Run("config", "gpg.program", wrapper);
        Upstream.Run("config", "commit.gpgsign", "true");
        Upstream.Run("config", "user.signingkey", "ann@example.org");
        Run("gpg", "--homedir", home, "--armor", "--output", Scratch["ann.asc"], "--export", "ann@example.org");
        Run("gpg", "--homedir", home, "--output", Scratch["bob.gpg"], "--export", "bob@example.org");
        try
        {
            Upstream.Commit(Recipe("one"));
            _from = _from with { Signers = [Scratch["bob.gpg"]] };
            Start();
            Assert.False(await Pull());
            Assert.Contains(
                "it is signed by none of [recipes] signers",
                _source.State.Reason,
                StringComparison.Ordinal
            );
            _from = _from with { Signers = [Scratch["bob.gpg"], Scratch["ann.asc"]] };
            Start();
            Assert.True(await Pull());
            Assert.Equal(["one"], Names);
        }
        finally
        {
            Run("gpgconf", "--homedir", home, "--kill", "all");
        }
    }

    private void SignWith(string key)
    {
        Upstream.Run("config", "gpg.format", "ssh");
        Upstream.Run("config", "user.signingkey", Scratch[key]);
        Upstream.Run("config", "commit.gpgsign", "true");
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
    }
}
