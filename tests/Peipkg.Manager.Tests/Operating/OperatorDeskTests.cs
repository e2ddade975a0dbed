using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Operating;

/// <summary>What operators' requests lead to, without a process for each.</summary>
public sealed class OperatorDeskTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly ManagerDatabase _database;
    private readonly ConfigHolder _config;
    private readonly FarmStores _stores;

    public OperatorDeskTests()
    {
        StateLayout layout = new(_directory["state"]);
        layout.Create();
        _database = ManagerDatabase.Open(layout.Database);
        _config = new ConfigHolder(
            new ManagerConfig(
                "farm",
                _directory["recipes"],
                layout.Root,
                new RepositoryConfig("x", ""),
                _directory["key"],
                [],
                new HttpConfig(null),
                TimeSpan.FromHours(1)
            )
            {
                Limits = new LimitConfig(0),
            }
        );
        _stores = new FarmStores(_database, _config, layout, new RepositoryState(layout.Repository), _clock);
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    private LiveFarm Live(ReloadOutcome? reload = null, RecipePullState? source = null) =>
        new()
        {
            ProcessId = 1,
            StartedAt = _clock.Now,
            Counters = new FarmCounters(_clock),
            WhyWaiting = () => _ => BuildLoop.BeginsNow,
            Recipes = () => source,
            Reload = () => reload ?? new ReloadOutcome(null, []),
            Cancel = (_, _) => false,
            Wake = () => { },
            Poll = _ => { },
            Drain = () => false,
        };

    private OperatorReply Ask(LiveFarm? live, string command) =>
        new OperatorDesk(_stores, () => RecipeRoster.Empty, live).Answer(new OperatorRequest { Command = command });

    private OperatorReply Rebuild(bool dependents = false, bool dryRun = false, params string[] targets)
    {
        RecipeRoster roster = RecipeRoster.Load(_directory["recipes"], NullLogger.Instance);
        return new OperatorDesk(_stores, () => roster, null).Answer(
            new OperatorRequest
            {
                Command = "rebuild",
                Targets = targets,
                Reason = "a test",
                Dependents = dependents,
                DryRun = dryRun,
            }
        );
    }

    private void AddRecipe(string name, string depends, params string[] tags)
    {
        Directory.CreateDirectory(_directory["recipes/" + name]);
        File.WriteAllText(
            _directory[$"recipes/{name}/peipkg.toml"],
            $$"""
            [meta]
            license = "MIT"
            build_script = "build.sh"
            [[package]]
            name = "{{name}}"
            architecture = "noarch"
            files = ["usr/**"]
            dependencies = [{{depends}}]
            [upstream]
            git = "https://example.org/{{name}}"
            tag_pattern = "^v([0-9.]+)$"
            peios_revision = 1

            """
        );
        _stores.Tags.Record(
            name,
            "https://example.org/" + name,
            [.. tags.Select(tag => new ListedTag(tag, new string('a', 40), new string('b', 40)))]
        );
    }

    private void Publish(params (string Package, string Version, string Needs)[] packages)
    {
        Directory.CreateDirectory(Path.Combine(_stores.Layout.Repository, RepositoryLayout.IndexDirectory));
        File.WriteAllBytes(
            Path.Combine(_stores.Layout.Repository, RepositoryLayout.ArchiveIndex),
            IndexDocument.Write(
                new RepositoryIndex(
                    "x",
                    IndexKind.Archive,
                    1,
                    Timestamp.FromUnixSeconds(0),
                    [
                        .. packages
                            .OrderBy(p => p.Package, StringComparer.Ordinal)
                            .ThenByDescending(p => PackageVersion.Parse(p.Version), PackageVersion.Order)
                            .Select(p => new IndexEntry
                            {
                                Name = PackageName.Parse(p.Package),
                                Version = PackageVersion.Parse(p.Version),
                                Architecture = Architecture.Parse("noarch"),
                                License = "MIT",
                                Dependencies = p.Needs.Length == 0 ? [] : [new Dependency(VirtualName.Parse(p.Needs))],
                                SizeCompressed = 1,
                                SizeInstalled = 1,
                                Hash = Sha256Digest.Of([]),
                                Url = "/p/x",
                            }),
                    ]
                )
            )
        );
        _stores.Repository.Invalidate();
    }

    private string[] Queued() =>
        [.. _stores.Builds.Due(_clock.Now).Select(b => $"{b.Recipe}@{b.Version} {b.Reason.Text()}: {b.Detail}")];

    private OperatorReply Release(string? version = null) =>
        new OperatorDesk(_stores, () => RecipeRoster.Load(_directory["recipes"], NullLogger.Instance), null).Answer(
            new OperatorRequest
            {
                Command = OperatorCommand.Release,
                Recipe = "base",
                Version = version,
                Reason = "agreed",
            }
        );

    [Fact]
    public void Only_what_is_held_is_released_and_without_a_version_only_if_it_is_clear_which()
    {
        AddRecipe("base", "", "v1.0");
        Assert.Equal("nothing of base is held", Release().Error);
        foreach (string version in (string[])["2.0-1", "2.1-1"])
        {
            ListedTag tag = new("v" + version[..3], new string('a', 40), new string('b', 40));
            _stores.Moves.Queue([new QueueEntry("base", version, tag, BuildReason.Poll, "")]);
            long build = _stores.Builds.Find("base", version)!.Id;
            Assert.Contains("only what is held can be released", Release(version).Error, StringComparison.Ordinal);
            long attempt = _stores.Moves.Begin(build, null)!.Value;
            _stores.Moves.Fetched(build, attempt);
            _stores.Moves.Built(build, attempt, []);
            _stores.Moves.Held(build, "app would lack x", [], [], [], _clock.Now);
        }

        Assert.Equal("which version of base? 2.0-1, 2.1-1 are held", Release().Error);
        Assert.Equal(["base@2.0-1"], Release("2.0").Action!.Changed);
        Assert.Equal(
            "base@2.1-1 is released and published when the manager runs: app would lack x",
            Release().Action!.Message
        );
        Assert.Equal("agreed", _stores.Builds.Find("base", "2.1-1")!.Detail);

        ListedTag rebuilt = new("v2.0", new string('a', 40), new string('b', 40));
        _stores.Moves.Queue([new QueueEntry("base", "2.0-2", rebuilt, BuildReason.Poll, "")]);
        Assert.Equal("which version of base? 2.0 may be 2.0-1 or 2.0-2", Release("2.0").Error);
        Assert.Contains("base 3.0 is not known", Release("3.0").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rebuild_raises_the_revision_of_the_newest_published_version_and_no_other()
    {
        AddRecipe("zlib", "", "v1.0", "v1.1", "v1.2");
        Publish(("zlib", "1.0-1", ""), ("zlib", "1.1-1", ""));
        Assert.Equal("would be rebuilt: zlib@1.1-2", Rebuild(dryRun: true, targets: "zlib").Action!.Message);
        Assert.Empty(Queued());
        Assert.Equal(["zlib@1.1-2"], Rebuild(targets: "zlib").Action!.Changed);
        Assert.Equal(["zlib@1.1-2 operator: rebuilt: a test"], Queued());
        FarmEvent told = _stores.Events.Latest("zlib", 1)[0];
        Assert.Equal((EventKind.Rebuild, "1.1-2", "rebuilt: a test"), (told.Kind, told.Version, told.Detail));
        Assert.Equal(["v1.1"], _stores.Tags.Raised("zlib").Keys);

        // Once is enough until it is published; an older version is had by its name.
        Assert.Contains("1.1-2 is not published yet", Rebuild(targets: "zlib").Error, StringComparison.Ordinal);
        Assert.Contains("1.1-2 is not published yet", Rebuild(targets: "zlib@1.1").Error, StringComparison.Ordinal);
        Assert.Equal(["zlib@1.0-2"], Rebuild(targets: "zlib@1.0").Action!.Changed);
        Publish(("zlib", "1.0-1", ""), ("zlib", "1.0-2", ""), ("zlib", "1.1-1", ""), ("zlib", "1.1-2", ""));
        Assert.Equal(["zlib@1.1-3"], Rebuild(targets: "zlib").Action!.Changed);
        Assert.Equal(2, _stores.Tags.Raised("zlib")["v1.1"]);
    }

    [Fact]
    public void Dependents_are_rebuilt_too_by_what_recipes_say_and_by_what_packages_need()
    {
        AddRecipe("zlib", "", "v1.0");
        AddRecipe("png", "{ name = \"zlib\" }", "v2.0");
        AddRecipe("viewer", "", "v3.0");
        AddRecipe("fresh", "{ name = \"zlib\" }", "v4.0");
        AddRecipe("other", "", "v5.0");
        Publish(("other", "5.0-1", ""), ("png", "2.0-1", ""), ("viewer", "3.0-1", "png"), ("zlib", "1.0-1", ""));
        OperatorReply reply = Rebuild(dependents: true, targets: "zlib");
        Assert.Equal(["zlib@1.0-2", "png@2.0-2", "viewer@3.0-2"], reply.Action!.Changed);
        Assert.Contains("left out: nothing of fresh is published", reply.Action.Message, StringComparison.Ordinal);
        Assert.Contains("png@2.0-2 operator: rebuilt: a test (zlib)", Queued());
    }

    [Fact]
    public void What_cannot_be_rebuilt_changes_nothing()
    {
        AddRecipe("zlib", "", "v1.0");
        AddRecipe("fresh", "", "v4.0");
        Publish(("zlib", "1.0-1", ""));
        Assert.Contains(
            "nothing of fresh is published",
            Rebuild(targets: ["zlib", "fresh"]).Error,
            StringComparison.Ordinal
        );
        Assert.Contains("did you mean \"zlib\"", Rebuild(targets: ["zlib", "zlip"]).Error, StringComparison.Ordinal);
        Assert.Contains("no tag or version \"9\"", Rebuild(targets: ["zlib@9"]).Error, StringComparison.Ordinal);
        Assert.Empty(Queued());
        Assert.Empty(_stores.Tags.Raised("zlib"));
    }

    [Theory]
    [InlineData("pool drain")]
    [InlineData("pool resume")]
    [InlineData("pool test")]
    public void A_farm_without_pools_says_so(string command)
    {
        Assert.Equal("this farm has no pools: its configuration has no [[pool]]", Ask(null, command).Error);
        Assert.Empty(Ask(null, "pool list").Pools!.Pools);
    }

    [Fact]
    public void A_reload_says_what_came_of_it()
    {
        Assert.Contains("no manager is running", Ask(null, "reload").Error, StringComparison.Ordinal);
        Assert.Equal(
            "the configuration has mistakes and was not reloaded, the former one stays: config.toml:1:1: no",
            Ask(Live(new ReloadOutcome("config.toml:1:1: no", [])), "reload").Error
        );
        Assert.Equal("the configuration was read again, and 0 recipes", Ask(Live(), "reload").Action!.Message);
        Assert.Equal(
            "the configuration was read again, and 0 recipes; the repository of the recipes is looked at now; restart to apply [http] addr",
            Ask(Live(new ReloadOutcome(null, ["[http] addr"]), new RecipePullState()), "reload").Action!.Message
        );
    }

    [Fact]
    public void What_keeps_recipes_from_git_out_is_a_trouble_with_what_stays_in_force()
    {
        string one = new('1', 40);
        string two = new('2', 40);
        Assert.True(GitAddress.TryParse("https://git.example.org/recipes", out GitAddress git, out _));
        _config.Current = _config.Current with { Recipes = new RecipesConfig(git, null, "", []) };
        Directory.CreateDirectory(_directory["recipes"]);
        RecipeRoster inForce = RecipeRoster.Load(_directory["recipes"], NullLogger.Instance, commit: one);
        RecipePullState refused = new() { Refused = two, Reason = "no" };
        RecipePullState silent = new() { Failures = 2, Error = "no route" };

        Assert.Empty(Found(inForce, new RecipePullState { AnsweredAt = _clock.Now }));
        Assert.Equal(
            ["error: the recipes of commit 222222222222 were not taken over, those of 111111111111 stay in force: no"],
            Found(inForce, refused)
        );
        Assert.Equal(
            ["error: the recipes of commit 111111111111 are in force and would not be taken over any more: no"],
            Found(inForce, refused with { Refused = one })
        );
        Assert.Equal(
            ["error: the recipes of commit 222222222222 were not taken over, there are none in force: no"],
            Found(RecipeRoster.Empty, refused)
        );
        Assert.Equal(
            [
                "warning: the recipes could not be fetched, 2 times by now, those of 111111111111 stay in force: no route",
            ],
            Found(inForce, silent)
        );
        Assert.Equal(
            ["error: the recipes could not be fetched, 2 times by now, there are none in force: no route"],
            Found(RecipeRoster.Empty, silent)
        );

        string[] Found(RecipeRoster roster, RecipePullState state) =>
            [
                .. new OperatorDesk(_stores, () => roster, Live(source: state))
                    .Answer(new OperatorRequest { Command = "status" })
                    .Status!.Troubles.Select(t => $"{t.Severity}: {t.Text}"),
            ];
    }
}
