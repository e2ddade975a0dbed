using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Tests.Operating;

/// <summary>Who is told what and when: owners, links and digests, with a real command.</summary>
public sealed class NotifierTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly ManagerDatabase _database;
    private readonly FarmStores _stores;
    private readonly ConfigHolder _config;
    private readonly HttpClient _client = new();

    public NotifierTests()
    {
        StateLayout layout = new(_directory["state"]);
        layout.Create();
        _database = ManagerDatabase.Open(layout.Database);
        File.WriteAllText(
            _directory["tell"],
            $"#!/bin/sh\nprintf '%s|%s|%s|%s\\n' \"$1\" \"$PEIPKG_EVENT\" \"$PEIPKG_OWNERS\" \"$PEIPKG_URL\" >> {_directory["told"]}\n"
                + $"printf '%s\\n' \"$PEIPKG_JSON\" >> {_directory["json"]}\n"
        );
        File.SetUnixFileMode(_directory["tell"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _config = new ConfigHolder(
            new ManagerConfig(
                "farm",
                _directory["recipes"],
                layout.Root,
                new RepositoryConfig("x", ""),
                _directory["key"],
                [],
                new HttpConfig(null) { PublicUrl = "https://farm.example.org" },
                TimeSpan.FromHours(1)
            )
        );
        _stores = new FarmStores(_database, _config, layout, new RepositoryState(layout.Repository), _clock);
        AddRecipe("zlib", "owners = [\"ann@example.org\", \"bob\"]");
        AddRecipe("curl", "owners = [\"bob\"]");
        AddRecipe("orphan", "");
    }

    public void Dispose()
    {
        _client.Dispose();
        _database.Dispose();
        _directory.Dispose();
    }

    private void AddRecipe(string name, string watch)
    {
        Directory.CreateDirectory(_directory["recipes/" + name]);
        File.WriteAllText(
            _directory[$"recipes/{name}/peipkg.toml"],
            $"""
            [meta]
            license = "MIT"
            build_script = "build.sh"
            [[package]]
            name = "{name}"
            architecture = "noarch"
            files = ["usr/**"]
            [upstream]
            git = "https://example.org/{name}"
            tag_pattern = "^v([0-9.]+)$"
            peios_revision = 1
            [watch]
            {watch}

            """
        );
    }

    private NotifyConfig To(string name, TimeSpan digest) =>
        new([_directory["tell"], name], null, NotifyConfig.Known, TimeSpan.FromMinutes(1)) { Digest = digest };

    private void Tell(params NotifyConfig[] to) => _config.Current = _config.Current with { Notifications = to };

    private Notifier Notifier()
    {
        RecipeRoster roster = RecipeRoster.Load(_directory["recipes"], NullLogger.Instance);
        Redactor redactor = new();
        return new Notifier(
            _stores,
            new ChildRunner(TimeProvider.System, killsAdopted: false),
            new ChildEnvironment(new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, _directory["state"]),
            _client,
            new NotificationWriter(_stores, () => roster, redactor),
            redactor,
            NullLogger<Notifier>.Instance
        );
    }

    private string[] Told()
    {
        string[] told = File.Exists(_directory["told"]) ? File.ReadAllLines(_directory["told"]) : [];
        File.Delete(_directory["told"]);
        return told;
    }

    private JsonElement[] Documents()
    {
        JsonElement[] documents =
        [
            .. File.ReadAllLines(_directory["json"]).Select(line => JsonDocument.Parse(line).RootElement),
        ];
        File.Delete(_directory["json"]);
        return documents;
    }

    private long Fail(string recipe, string version, string detail, bool last = false)
    {
        if (_stores.Builds.Find(recipe, version) is null)
        {
            ListedTag tag = new("v" + version, new string('a', 40), new string('b', 40));
            _stores.Moves.Queue([new QueueEntry(recipe, version, tag, BuildReason.Poll, "")]);
        }

        long build = _stores.Builds.Find(recipe, version)!.Id;
        long attempt = _stores.Moves.Begin(build, null)!.Value;
        _stores.Moves.Failed(build, attempt, FailureCause.Recipe, detail, last ? null : _clock.Now);
        return attempt;
    }

    private void Publish(string recipe, string version)
    {
        long build = _stores.Builds.Find(recipe, version)!.Id;
        long attempt = _stores.Moves.Begin(build, null)!.Value;
        _stores.Moves.Fetched(build, attempt);
        _stores.Moves.Built(build, attempt, []);
        _stores.Moves.Published(build, attempt, 1, synced: true);
    }

    [Fact]
    public async Task Events_carry_the_owners_of_their_recipe_and_a_link_to_what_they_are_about()
    {
        Tell(To("all", TimeSpan.Zero));
        Notifier notifier = Notifier();
        await notifier.LookAsync(CancellationToken.None);
        long attempt = Fail("zlib", "1.0-1", "exit 1");
        _stores.Troubles.Observe([
            ("unplaced:curl", TroubleSeverity.Warning, "no pool takes it", false),
            ("disk", TroubleSeverity.Error, "it is full", false),
        ]);
        _stores.Events.Add(EventKind.PollFailed, "orphan", null, "no answer");
        await notifier.LookAsync(CancellationToken.None);
        const string Farm = "https://farm.example.org";
        Assert.Equal(
            [
                $"all|failed|ann@example.org,bob|{Farm}/builds/{attempt}",
                $"all|trouble|bob|{Farm}/#trouble-unplaced%3Acurl",
                $"all|trouble||{Farm}/#trouble-disk",
                $"all|poll-failed||{Farm}/recipes/orphan",
            ],
            Told()
        );
        JsonElement document = Documents()[0];
        Assert.Equal(
            $"farm: zlib 1.0-1: failed: exit 1 {Farm}/builds/{attempt}",
            document.GetProperty("text").GetString()
        );
        Assert.Equal("bob", document.GetProperty("owners")[1].GetString());
        Assert.False(document.TryGetProperty("events", out _));

        _config.Current = _config.Current with { Http = new HttpConfig(null) };
        Fail("zlib", "1.0-1", "exit 2");
        await notifier.LookAsync(CancellationToken.None);
        Assert.Equal(["all|failed|ann@example.org,bob|"], Told());
        Assert.Equal("farm: zlib 1.0-1: failed: exit 2", Documents()[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task What_came_of_builds_is_one_message_for_each_owner_when_the_time_is_over_and_troubles_do_not_wait()
    {
        Tell(To("now", TimeSpan.Zero), To("later", TimeSpan.FromHours(1)));
        Notifier notifier = Notifier();
        await notifier.LookAsync(CancellationToken.None);
        Fail("zlib", "1.0-1", "exit 1");
        Fail("zlib", "1.0-1", "exit 2\nmore", last: true);
        Fail("curl", "2.0-1", "exit 3");
        Fail("orphan", "3.0-1", "exit 4");
        Publish("orphan", "3.0-1");
        _stores.Events.Add(EventKind.DiskLow, null, null, "");
        await notifier.LookAsync(CancellationToken.None);
        Assert.Equal(
            ["later|disk-low"],
            Told().Where(told => told.StartsWith("later", StringComparison.Ordinal)).Select(told => told[..14])
        );
        File.Delete(_directory["json"]);

        // Another manager, before the time is over and after it.
        notifier = Notifier();
        _clock.Now += TimeSpan.FromMinutes(59);
        await notifier.LookAsync(CancellationToken.None);
        Assert.Empty(Told());
        _clock.Now += TimeSpan.FromMinutes(1);
        await notifier.LookAsync(CancellationToken.None);
        Assert.Equal(
            [
                "later|digest||https://farm.example.org/",
                "later|digest|ann@example.org|https://farm.example.org/",
                "later|digest|bob|https://farm.example.org/",
            ],
            Told()
        );
        JsonElement[] documents = Documents();
        Assert.Equal("1 recovered", documents[0].GetProperty("detail").GetString());
        Assert.Equal("1 given-up", documents[1].GetProperty("detail").GetString());
        string[] lines = documents[2].GetProperty("text").GetString()!.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("farm: 1 given-up, 1 failed", lines[0]);
        Assert.StartsWith("zlib 1.0-1: given-up: exit 2 https://", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("curl 2.0-1: failed: exit 3 https://", lines[2], StringComparison.Ordinal);
        Assert.Equal(
            ["given-up zlib", "failed curl"],
            documents[2]
                .GetProperty("events")
                .EnumerateArray()
                .Select(e => $"{e.GetProperty("event")} {e.GetProperty("recipe")}")
        );

        _clock.Now += TimeSpan.FromDays(1);
        await notifier.LookAsync(CancellationToken.None);
        Assert.Empty(Told());
    }

    [Fact]
    public async Task A_digest_of_thousands_fits_into_a_variable_and_says_how_many_it_leaves_out()
    {
        Tell(To("later", TimeSpan.FromHours(1)));
        Notifier notifier = Notifier();
        notifier.Begin();
        for (int i = 0; i < 250; i++)
        {
            Fail("curl", $"{i}.0-1", new string('\u2603', 5000));
        }

        await notifier.FinishAsync(CancellationToken.None);
        Assert.Equal(["later|digest|bob|https://farm.example.org/"], Told());
        JsonElement document = Documents()[0];
        Assert.Equal(40, document.GetProperty("events").GetArrayLength());
        Assert.Equal(210, document.GetProperty("more").GetInt32());
        Assert.EndsWith("\nand 210 more", document.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_named_later_hears_nothing_of_before_even_if_named_once_already()
    {
        Tell(To("later", TimeSpan.FromHours(1)));
        Notifier notifier = Notifier();
        await notifier.LookAsync(CancellationToken.None);
        Tell(To("other", TimeSpan.Zero));
        await notifier.LookAsync(CancellationToken.None);
        Fail("curl", "1.0-1", "exit 1");
        await notifier.LookAsync(CancellationToken.None);
        Told();
        Tell(To("later", TimeSpan.FromHours(1)));
        await notifier.FinishAsync(CancellationToken.None);
        Assert.Empty(Told());
        Fail("curl", "1.0-1", "exit 2");
        await notifier.FinishAsync(CancellationToken.None);
        Assert.Equal(["later|digest|bob|https://farm.example.org/"], Told());
    }
}
