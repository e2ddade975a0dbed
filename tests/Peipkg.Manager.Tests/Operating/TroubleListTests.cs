using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Globs;

namespace Peipkg.Manager.Tests.Operating;

/// <summary>What is a trouble, and what is none.</summary>
public sealed class TroubleListTests : IDisposable
{
    private static readonly Fingerprint Own = Key('a');

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly ManagerDatabase _database;
    private readonly FarmStores _stores;
    private readonly LiveFarm _live;
    private RecipeRoster _roster;
    private int _looks;

    public TroubleListTests()
    {
        StateLayout layout = new(_directory["state"]);
        layout.Create();
        _database = ManagerDatabase.Open(layout.Database);
        _stores = new FarmStores(
            _database,
            new ConfigHolder(
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
            ),
            layout,
            new RepositoryState(layout.Repository),
            _clock
        );
        _live = new LiveFarm
        {
            ProcessId = 1,
            StartedAt = _clock.Now,
            Counters = new FarmCounters(_clock),
            WhyWaiting = () =>
            {
                _looks++;
                return build => build.Recipe == "one" ? "waits for room on the disk" : BuildLoop.BeginsNow;
            },
            Signer = Own,
            Cancel = (_, _) => false,
            Wake = () => { },
            Poll = _ => { },
            Drain = () => false,
        };
        foreach (string recipe in (string[])["one", "two"])
        {
            Directory.CreateDirectory(_directory["recipes/" + recipe]);
            File.WriteAllText(
                _directory[$"recipes/{recipe}/peipkg.toml"],
                $"""
                [meta]
                license = "MIT"
                build_script = "build.sh"
                [[package]]
                name = "{recipe}"
                architecture = "noarch"
                files = ["usr/**"]
                [upstream]
                git = "https://example.org/{recipe}"
                tag_pattern = "^v([0-9.]+)$"
                peios_revision = 1

                """
            );
            Answer(recipe);
        }

        _roster = RecipeRoster.Load(_directory["recipes"], NullLogger.Instance);
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    private static Fingerprint Key(char digit) =>
        Fingerprint.TryParse(new string(digit, 64), out Fingerprint key, out string? error)
            ? key
            : throw new InvalidOperationException(error);

    private static ListedTag Tag(char digit) => new("v1.0", new string(digit, 40), new string(digit, 40));

    private IReadOnlyList<Trouble> Collect(LiveFarm? live = null) =>
        TroubleList.Collect(_stores, _roster, live ?? _live);

    private string[] Found(LiveFarm? live = null) => [.. Collect(live).Select(t => $"{t.Severity.Text()} {t.Key}")];

    private RecipePoll Poll(string recipe) => new(recipe, "https://example.org/" + recipe, _clock.Now, "interval");

    private void Answer(string recipe) => _stores.Recipes.Answered(Poll(recipe), 1, 1, "1.0-1", false, "nothing new");

    private void Fail(string recipe) => _stores.Recipes.Failed(Poll(recipe), "no route");

    private void Queue(string recipe, string version, ListedTag tag) =>
        _stores.Moves.Queue([new QueueEntry(recipe, version, tag, BuildReason.Poll, "")]);

    private void Build(string recipe, string version, ListedTag tag)
    {
        Queue(recipe, version, tag);
        long build = _stores.Builds.Find(recipe, version)!.Id;
        long attempt = _stores.Moves.Begin(build, null)!.Value;
        _stores.Moves.Fetched(build, attempt);
        _stores.Moves.Built(build, attempt, []);
        _stores.Moves.Published(build, attempt, 1, synced: true);
    }

    private void WriteRepository(params DescriptorKey[] keys)
    {
        string repository = _stores.Layout.Repository;
        Directory.CreateDirectory(Path.Combine(repository, RepositoryLayout.IndexDirectory));
        File.WriteAllBytes(
            Path.Combine(repository, RepositoryLayout.Descriptor),
            DescriptorDocument.Write(
                new Descriptor("x", "", keys, IndexPointers.ConventionalActive, IndexPointers.ConventionalArchive)
            )
        );
        File.WriteAllBytes(
            Path.Combine(repository, RepositoryLayout.ArchiveIndex),
            IndexDocument.Write(
                new RepositoryIndex("x", IndexKind.Archive, 1, Timestamp.Parse("2026-05-07T12:00:00Z"), [])
            )
        );
    }

    [Fact]
    public void A_farm_in_order_has_none_and_one_that_does_not_run_has_one()
    {
        Queue("two", "1.0-1", Tag('1'));
        Build("one", "1.0-1", Tag('1'));
        Assert.Empty(Found());
        Assert.Equal("manager", Assert.Single(TroubleList.Collect(_stores, _roster, null)).Key);
    }

    private long Hold(string recipe, string detail, params Lack[] lacks)
    {
        Queue(recipe, "2.0-1", Tag('2'));
        long build = _stores.Builds.Find(recipe, "2.0-1")!.Id;
        long attempt = _stores.Moves.Begin(build, null)!.Value;
        _stores.Moves.Fetched(build, attempt);
        _stores.Moves.Built(build, attempt, []);
        _stores.Moves.Held(build, detail, lacks, [], [], _clock.Now + TimeSpan.FromMinutes(10));
        return build;
    }

    [Fact]
    public void A_request_that_waits_for_a_word_is_one_until_it_has_it_and_so_is_a_forge_that_does_not_hear()
    {
        TrialRecord request = new()
        {
            Id = 0,
            Source = "refs/pull/5/head",
            Request = 5,
            Commit = new string('a', 40),
            State = TrialState.Waiting,
            CreatedAt = default,
        };
        long id = _stores.Trials.Add(request);
        _stores.Trials.Add(request with { Request = 6, State = TrialState.Queued });
        Assert.Equal(["warning request:5"], Found());
        Assert.Equal($"peipkg-manager try --approve {id}", Assert.Single(Collect()).Remedy);
        Assert.True(_stores.Trials.Move(id, [TrialState.Waiting], TrialState.Queued, "approved"));
        Assert.Empty(Found());
        Assert.Equal(["warning forge"], Found(_live with { ForgeError = () => "it answered 500" }));
    }

    [Fact]
    public void What_is_held_is_one_with_the_command_that_ends_it_and_what_waits_for_it_is_none()
    {
        long one = Hold("one", "two would lack one.so.1", new Lack("two", "one.so.1", "two"));
        long two = Hold("two", "two needs one.so.2, which waits with one 2.0-1", new Lack("two", "one.so.2", "two"));
        Trouble trouble = Assert.Single(Collect());
        Assert.Equal(
            (
                "held:one",
                "one 2.0-1 is built and held: two would lack one.so.1",
                "peipkg-manager rebuild two --reason \"one 2.0-1\""
            ),
            (trouble.Key, trouble.Text, trouble.Remedy)
        );

        // It is being built again; then that did not help.
        Queue("two", "1.0-2", Tag('1'));
        Assert.Equal("peipkg-manager why one@2.0-1", Assert.Single(Collect()).Remedy);
        _stores.Moves.Held(
            one,
            "two would lack one.so.1",
            [new Lack("two", "one.so.1", "two")],
            ["two"],
            [],
            _clock.Now
        );
        _stores.Moves.Close([(_stores.Builds.Find("two", "1.0-2")!.Id, BuildState.Skipped, "")]);
        trouble = Assert.Single(Collect());
        Assert.Contains("held even when built again", trouble.Text, StringComparison.Ordinal);
        Assert.Equal("peipkg-manager why one@2.0-1", trouble.Remedy);

        // What it waited for is gone.
        _stores.Moves.Hold(one, BuildHold.Rejected, "");
        trouble = Assert.Single(Collect());
        Assert.Equal(("held:two", "peipkg-manager retry two@2.0-1"), (trouble.Key, trouble.Remedy));
        _stores.Moves.Release(two, "");
        Assert.Empty(Found());
    }

    // Own key: a status, or none that the repository has; another one: a status and for how many days from now it counts.
    [Theory]
    [InlineData("Active", null, 0, null, null)]
    [InlineData(null, null, 0, "error key:aaaaaaaaaaaaaaaa", "is not among the repository's keys")]
    [InlineData("Revoked", null, 0, "error key:aaaaaaaaaaaaaaaa", "is revoked")]
    [InlineData("Transitioning", null, 40, "error key:aaaaaaaaaaaaaaaa", "is being replaced and signs no more")]
    [InlineData("Active", "Active", 0, null, null)]
    [InlineData("Active", "Revoked", 0, null, null)]
    [InlineData("Active", "Transitioning", 40, null, null)]
    [InlineData("Active", "Transitioning", 15, null, null)]
    [InlineData(
        "Active",
        "Transitioning",
        13,
        "warning key:bbbbbbbbbbbbbbbb",
        "counts until 2026-05-20T12:00:00Z only"
    )]
    [InlineData(
        "Active",
        "Transitioning",
        -1,
        "warning key:bbbbbbbbbbbbbbbb",
        "counts no more since 2026-05-06T12:00:00Z"
    )]
    public void Keys(string? own, string? other, int days, string? found, string? text)
    {
        DescriptorKey[] keys =
        [
            .. own is null ? (DescriptorKey[])[] : [Listed(Own, own)],
            .. other is null ? (DescriptorKey[])[] : [Listed(Key('b'), other)],
            Listed(Key('c'), nameof(KeyStatus.Active)),
        ];
        WriteRepository(keys);
        Assert.Equal(found is null ? [] : [found], Found());
        Assert.All(Collect(), trouble => Assert.Contains(text!, trouble.Text, StringComparison.Ordinal));
        Assert.Empty(Found(_live with { Signer = null }));

        DescriptorKey Listed(Fingerprint key, string status) =>
            new(
                key,
                DescriptorKey.ConventionalUrl(key),
                Enum.Parse<KeyStatus>(status),
                status == nameof(KeyStatus.Transitioning)
                    ? Timestamp.FromUnixSeconds(_clock.Now.AddDays(days).ToUnixTimeSeconds())
                    : null
            );
    }

    [Fact]
    public void What_holds_publishing_up_is_told_with_the_command_that_ends_it()
    {
        FarmClock clock = new(_stores.Settings, _stores.Repository, () => null, _clock);
        clock.Begin(_clock.GetUtcNow());
        PublishingHold hold = new(_stores.Repository, clock);
        LiveFarm live = _live with { Held = () => hold.Find(() => null) };
        Assert.Empty(Found(live));

        string pending = Path.Combine(_stores.Layout.Repository, RepositoryLayout.PendingDirectory);
        Directory.CreateDirectory(pending);
        Trouble signature = Assert.Single(Collect(live));
        Assert.Equal((TroubleSeverity.Error, "signature"), (signature.Severity, signature.Key));
        Assert.Equal(
            $"peipkg-repo import-signatures --repo {_stores.Layout.Repository} --signatures FILE",
            signature.Remedy
        );
        Directory.Delete(pending);
        Assert.Empty(Found(live));

        _clock.Now = _clock.Now.AddDays(2);
        Answer("one");
        Trouble leap = Assert.Single(Collect(live));
        Assert.Equal(
            (TroubleSeverity.Error, "clock", "peipkg-manager ack clock"),
            (leap.Severity, leap.Key, leap.Remedy)
        );
        OperatorDesk desk = new(_stores, () => _roster, live);
        OperatorReply reply = desk.Answer(
            new OperatorRequest
            {
                Command = OperatorCommand.Ack,
                Trouble = "clock",
                Reason = "a holiday",
                Until = _clock.Now.AddHours(1),
            }
        );
        Assert.Contains("--until changes nothing", reply.Action!.Message, StringComparison.Ordinal);
        FarmEvent said = _stores.Events.Latest(null, 1)[0];
        Assert.Equal((EventKind.Acknowledged, "clock: a holiday"), (said.Kind, said.Detail));
        Assert.Empty(_stores.Troubles.Acknowledged());
        Assert.Empty(Found(live));
    }

    [Fact]
    public void An_upstream_that_does_not_answer_is_a_warning_and_an_error_when_none_does()
    {
        Fail("gone");
        Assert.Empty(Found());
        Fail("one");
        Trouble trouble = Assert.Single(Collect());
        Assert.Equal((TroubleSeverity.Warning, "upstream:one"), (trouble.Severity, trouble.Key));
        Assert.EndsWith("does not answer, once by now: no route", trouble.Text, StringComparison.Ordinal);
        Fail("one");
        Assert.EndsWith("2 times by now: no route", Assert.Single(Collect()).Text, StringComparison.Ordinal);
        Fail("two");
        Assert.Equal(["error upstreams"], Found());
        Answer("one");
        Answer("two");
        Assert.Empty(Found());

        // Twice the interval and a little patience.
        _clock.Now += TimeSpan.FromMinutes(125);
        Assert.Empty(Found());
        _clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(["error polls"], Found());
        Answer("two");
        Assert.Empty(Found());
    }

    [Fact]
    public void A_tag_that_moved_is_one_only_after_a_version_was_built_from_it_and_until_another_revision_is()
    {
        Assert.Single(_stores.Tags.Record("one", "https://example.org/one", [Tag('1')]).New);
        Queue("one", "1.0-1", Tag('1'));
        _stores.Tags.Record("one", "https://example.org/one", [Tag('2')]);
        Assert.Empty(Found());
        Build("one", "1.0-1", Tag('2'));
        Assert.Empty(Found());
        _stores.Tags.Record("one", "https://example.org/one", [Tag('3')]);
        Assert.Equal(["warning moved:one@v1.0"], Found());
        Build("one", "1.0-2", Tag('3'));
        Assert.Empty(Found());
    }

    [Fact]
    public void A_refused_reload_and_pauses_are_told_until_they_are_taken_back()
    {
        Assert.Equal(["error reload"], Found(_live with { RefusedReload = () => "config.toml:1:1" }));
        _stores.Settings.Pause("a holiday");
        _stores.Recipes.Pause("one", "a holiday");
        _stores.Recipes.Pause("gone", "a holiday");
        Assert.Equal(["warning paused", "warning paused:one"], Found().Order(StringComparer.Ordinal));
        _stores.Settings.Resume();
        _stores.Recipes.Resume("one");
        Assert.Empty(Found());
    }

    [Fact]
    public void Recipes_that_cannot_be_used_or_make_the_same_package_are_warnings()
    {
        string second = _directory["recipes/two/peipkg.toml"];
        File.WriteAllText(second, File.ReadAllText(second).Replace("\"two\"", "\"one\"", StringComparison.Ordinal));
        _roster = RecipeRoster.Load(_directory["recipes"], NullLogger.Instance);
        Assert.Equal(["warning package:one"], Found());
        File.WriteAllText(second, "x = \"");
        _roster = RecipeRoster.Load(_directory["recipes"], NullLogger.Instance);
        Assert.Equal(["warning recipe:two"], Found());
    }

    [Fact]
    public void Why_builds_wait_is_asked_once_a_look_and_only_when_one_has_waited_for_long()
    {
        Queue("one", "1.0-1", Tag('1'));
        Queue("one", "2.0-1", Tag('1'));
        Assert.Empty(Found());
        Assert.Equal(0, _looks);
        _clock.Now += TimeSpan.FromMinutes(16);
        Assert.Empty(Found());
        Assert.Equal(1, _looks);
        Queue("two", "1.0-1", Tag('1'));
        Assert.Empty(Found());
        _clock.Now += TimeSpan.FromMinutes(16);
        Trouble stuck = Assert.Single(Collect());
        Assert.Equal((TroubleSeverity.Error, "builds"), (stuck.Severity, stuck.Key));
        Assert.StartsWith("two 1.0-1 is due since 2026-05-07T12:16:00Z", stuck.Text, StringComparison.Ordinal);
        Assert.Equal(3, _looks);
    }

    [Fact]
    public void What_was_acknowledged_comes_last_and_counts_again_when_its_time_has_come()
    {
        _stores.Troubles.Keep("rebuild:x", TroubleSeverity.Warning, "other bytes");
        Fail("one");
        _stores.Troubles.Acknowledge("rebuild:x", "later", _clock.Now.AddHours(1));
        IReadOnlyList<Trouble> troubles = Collect();
        Assert.Equal(["upstream:one", "rebuild:x"], troubles.Select(t => t.Key));
        Assert.Equal(
            new Acknowledgement("rebuild:x", "later", _clock.Now, _clock.Now.AddHours(1)),
            troubles[1].Acknowledged
        );
        _clock.Now = _clock.Now.AddHours(1);
        Assert.All(Collect(), trouble => Assert.Null(trouble.Acknowledged));
    }

    [Fact]
    public async Task Pools_that_do_not_build_and_recipes_that_none_takes()
    {
        FarmStores stores = new(
            _database,
            new ConfigHolder(
                _stores.Config with
                {
                    Pools =
                    [
                        new PoolConfig("a") { Recipes = Glob.ParseAll("one") },
                        new PoolConfig("b") { Recipes = Glob.ParseAll("one") },
                    ],
                }
            ),
            _stores.Layout,
            _stores.Repository,
            _clock
        );
        string? why = "no route";
        using PoolBoard board = new(
            () => stores.Config.Pools,
            stores.Pools,
            (_, _) => Task.FromResult<string?>(why),
            wake: () => { },
            _clock,
            NullLogger<PoolBoard>.Instance
        );
        Assert.Equal(["unplaced:two"], Pools());
        await board.IsDownAsync(stores.Config.Pools[0], CancellationToken.None);
        Assert.Equal(["pool:a", "unplaced:two"], Pools());
        Assert.Equal("pool a is down: no route", All().Single(t => t.Key == "pool:a").Text);
        stores.Pools.Drain("b", "new disk");

        // Now nothing builds.
        Assert.Equal(["pool:a", "pool:b", "unplaced:two"], Pools());
        Assert.Equal(TroubleSeverity.Error, All().Single(t => t.Key == "pool:a").Severity);
        stores.Pools.Resume("b");
        Assert.Equal(TroubleSeverity.Warning, All().Single(t => t.Key == "pool:a").Severity);
        why = null;
        await board.TestAsync(stores.Config.Pools[0]);
        Assert.Equal(["unplaced:two"], Pools());

        IReadOnlyList<Trouble> All() => TroubleList.Collect(stores, _roster, _live with { Pools = board });

        string[] Pools() =>
            [
                .. All()
                    .Select(t => t.Key)
                    .Where(key =>
                        key.StartsWith("pool:", StringComparison.Ordinal)
                        || key.StartsWith("unplaced:", StringComparison.Ordinal)
                    )
                    .Order(StringComparer.Ordinal),
            ];
    }
}
