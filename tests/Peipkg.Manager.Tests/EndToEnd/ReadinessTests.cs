using System.Net;
using System.Text.Json;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary><c>/readyz</c> and notifications about what is wrong with the farm itself.</summary>
[Trait("Speed", "slow")]
public sealed class ReadinessTests : IDisposable
{
    private const string Address = "addr = \"127.0.0.1:0\"";

    private readonly TestFarm _farm = new();
    private readonly HttpClient _client = new();
    private readonly HttpListener _listener = new();

    public void Dispose()
    {
        _listener.Close();
        _client.Dispose();
        _farm.Dispose();
    }

    private async Task<(HttpStatusCode Status, string Body)> Ready(ManagerProcess manager)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(manager.Address, "/readyz"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    // A fresh problem may take a moment to be known.
    private async Task AssertNotReady(ManagerProcess manager, string reason)
    {
        (HttpStatusCode status, string body) = await Ready(manager);
        for (int i = 0; i < 600 && !body.Contains(reason, StringComparison.Ordinal); i++)
        {
            await Task.Delay(100);
            (status, body) = await Ready(manager);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(reason, body, StringComparison.Ordinal);
        using HttpResponseMessage alive = await _client.GetAsync(new Uri(manager.Address, "/healthz"));
        Assert.Equal((HttpStatusCode.OK, "ok"), (alive.StatusCode, await alive.Content.ReadAsStringAsync()));
    }

    private string Listen()
    {
        for (int port = 20_000 + (Environment.ProcessId % 20_000); ; port++)
        {
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                _listener.Start();
                return $"http://127.0.0.1:{port}/hook";
            }
            catch (HttpListenerException) when (port < 45_000)
            {
                // Taken.
            }
        }
    }

    private async Task<string> Answer(int status)
    {
        HttpListenerContext context = await _listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(120));
        using JsonDocument message = await JsonDocument.ParseAsync(context.Request.InputStream);
        context.Response.StatusCode = status;
        context.Response.Close();
        return message.RootElement.GetProperty("event").GetString()!;
    }

    [Fact]
    public async Task A_farm_whose_upstreams_and_syncs_all_fail_is_not_ready_and_says_why()
    {
        File.WriteAllText(_farm["in-the-way"], "");
        _farm.Configure($"backend = \"rsync\"\nremote = \"{_farm["in-the-way"]}/www\"", Address);
        File.AppendAllText(_farm["config.toml"], $"[[notify]]\nurl = \"{Listen()}\"\nevents = [\"sync-failed\"]\n");
        _farm.AddRecipe("lost", "lost", git: _farm["nowhere"]);
        using ManagerProcess manager = _farm.Start();
        await AssertNotReady(manager, "the latest poll of every upstream failed (1), the first with: ");
        await AssertNotReady(manager, "the sync to rsync (");
        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
    }

    [Fact]
    public async Task People_hear_of_a_broken_sync_and_a_full_disk_also_when_they_do_not_listen_at_first()
    {
        File.WriteAllText(_farm["in-the-way"], "");
        string upload = $"backend = \"rsync\"\nremote = \"{_farm["in-the-way"]}/www\"";
        string notify = $"[[notify]]\nurl = \"{Listen()}\"\n";
        _farm.Configure(upload, Address);
        File.AppendAllText(_farm["config.toml"], notify + "[limits]\nmin_free = \"900000GiB\"\n");
        _farm.AddRecipe("hello", "greeting");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();

        // Refused three times, told at the fourth; the next event waits until then.
        List<string> heard =
        [
            await Answer(500),
            await Answer(503),
            await Answer(404),
            await Answer(204),
            await Answer(204),
        ];
        Assert.Equal(2, heard.Distinct().Count());
        Assert.Single(heard.Take(4).Distinct());
        Assert.Equal(["disk-low", "sync-failed"], heard.Distinct().Order(StringComparer.Ordinal));
        await AssertNotReady(manager, "are free in ");
        await AssertNotReady(manager, "the sync to rsync (");

        _farm.Configure(upload, Address);
        File.AppendAllText(_farm["config.toml"], notify + "[limits]\nmin_free = \"0\"\n");
        manager.Signal("HUP");

        // Among other events, in any order; one that never comes ends the wait.
        while (await Answer(204) != "disk-recovered") { }

        manager.WaitFor("build \\+ publish complete\" recipe=hello");
        manager.Signal("TERM");
        manager.WaitForExit();
    }

    [Fact]
    public void A_build_that_is_due_and_never_begun_is_a_problem_of_the_farm()
    {
        using TemporaryDirectory directory = new();
        ManualClock clock = new(ManualClock.Noon);
        StateLayout layout = new(directory.Path);
        layout.Create();
        TestFarm.RunTool(Tools.Repo, "keygen", "--out", directory["key"]);
        TestFarm.RunTool(
            Tools.Repo,
            "init",
            "--name",
            "x",
            "--sign-key",
            directory["key"],
            "--timestamp",
            "2026-05-07T12:00:00Z",
            "--out",
            layout.Repository
        );
        using ManagerDatabase database = ManagerDatabase.Open(layout.Database);
        ManagerConfig config = new(
            "farm",
            directory.Path,
            directory.Path,
            new RepositoryConfig("x", ""),
            directory["key"],
            [],
            new HttpConfig(null),
            TimeSpan.FromHours(1)
        )
        {
            Limits = new LimitConfig(0),
        };
        FarmStores stores = new(
            database,
            new ConfigHolder(config),
            layout,
            new RepositoryState(layout.Repository),
            clock
        );
        string waiting = "begins now";
        LiveFarm live = new()
        {
            ProcessId = 1,
            StartedAt = clock.Now,
            Counters = new FarmCounters(clock),
            WhyWaiting = () => _ => waiting,
            Cancel = (_, _) => false,
            Wake = () => { },
            Poll = _ => { },
            Drain = () => false,
        };
        stores.Moves.Queue([
            new QueueEntry(
                "zlib",
                "1.0-1",
                new ListedTag("v1.0", new string('a', 40), new string('b', 40)),
                BuildReason.Poll,
                ""
            ),
        ]);
        Assert.Empty(Readiness.Problems(TroubleList.Collect(stores, RecipeRoster.Empty, live)));
        clock.Now += TimeSpan.FromMinutes(16);
        Assert.Equal(
            ["zlib 1.0-1 is due since 2026-05-07T12:00:00Z and nothing is begun"],
            Readiness.Problems(TroubleList.Collect(stores, RecipeRoster.Empty, live))
        );
        waiting = "waits for room on the disk";
        Assert.Empty(Readiness.Problems(TroubleList.Collect(stores, RecipeRoster.Empty, live)));
    }
}
