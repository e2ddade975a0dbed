using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Operating;

/// <summary>What operators' requests lead to, without a process for each.</summary>
public sealed class OperatorDeskTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly ManagerDatabase _database;
    private readonly FarmStores _stores;

    public OperatorDeskTests()
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
            ),
            layout,
            new RepositoryState(layout.Repository),
            _clock
        );
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    private LiveFarm Live(ReloadOutcome? reload = null, RecipeSourceState? source = null) =>
        new()
        {
            ProcessId = 1,
            StartedAt = _clock.Now,
            Counters = new FarmCounters(_clock),
            WhyWaiting = () => _ => BuildLoop.BeginsNow,
            Recipes = () => source,
            Reload = () => reload ?? new ReloadOutcome(null, []),
            Cancel = _ => false,
            Wake = () => { },
            Poll = _ => { },
            Drain = () => false,
        };

    private OperatorReply Ask(LiveFarm? live, string command) =>
        new OperatorDesk(_stores, () => RecipeRoster.Empty, live).Answer(new OperatorRequest { Command = command });

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
            Ask(Live(new ReloadOutcome(null, ["[http] addr"]), new RecipeSourceState()), "reload").Action!.Message
        );
    }
}
