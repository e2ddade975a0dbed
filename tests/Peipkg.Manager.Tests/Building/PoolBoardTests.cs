using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Format.Identity;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Building;

public sealed class PoolBoardTests : IDisposable
{
    private static readonly Dictionary<string, int> Idle = [];
    private static readonly Dictionary<string, string> NoneDrained = [];

    private readonly TemporaryDirectory _directory = new();
    private readonly ManagerDatabase _database;
    private readonly PoolBoard _board;
    private readonly PoolConfig[] _pools =
    [
        new("general") { Slots = 4 },
        new("second") { Slots = 2, Architectures = [Architecture.X86_64] },
        new("kernels") { Recipes = Glob.ParseAll("kernel*") },
    ];
    private Func<string?> _probe = () => null;
    private int _probes;
    private int _wakes;

    public PoolBoardTests()
    {
        _database = ManagerDatabase.Open(_directory["manager.db"]);
        _board = new PoolBoard(
            () => _pools,
            new PoolStore(_database, TimeProvider.System),
            (_, _) =>
            {
                Interlocked.Increment(ref _probes);
                return Task.FromResult(_probe());
            },
            wake: () => Interlocked.Increment(ref _wakes),
            TimeProvider.System,
            NullLogger<PoolBoard>.Instance
        );
    }

    public void Dispose()
    {
        _board.Dispose();
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Another_pool_is_chosen_where_one_is_open_and_waited_for_where_it_has_no_room()
    {
        RosterEntry recipe = Recipe("zlib");
        Assert.Equal("second", _board.Choose(recipe, Idle, NoneDrained, out _, "general")?.Name);
        Assert.Equal("general", _board.Choose(recipe, Idle, NoneDrained, out _, "second")?.Name);
        Assert.Null(
            _board.Choose(recipe, new Dictionary<string, int> { ["second"] = 2 }, NoneDrained, out _, "general")
        );
        Dictionary<string, string> drained = new() { ["second"] = "disk" };
        Assert.Equal("general", _board.Choose(recipe, Idle, drained, out _, "general")?.Name);
    }

    private static RosterEntry Recipe(string name, string architecture = "noarch") =>
        new(
            name,
            new WatchedRecipe(
                "/r",
                null,
                null,
                [new RecipeOutput(PackageName.Parse("xy"), Architecture.Parse(architecture))],
                []
            )
        );

    private string Choose(
        RosterEntry recipe,
        Dictionary<string, int>? running = null,
        Dictionary<string, string>? drained = null
    ) => _board.Choose(recipe, running ?? Idle, drained ?? NoneDrained, out string why)?.Name ?? why;

    [Fact]
    public void A_build_goes_where_it_is_meant_to_and_there_is_most_room()
    {
        Assert.Equal("kernels", Choose(Recipe("kernel-rt")));
        Assert.Equal("general", Choose(Recipe("kernel-rt"), new() { ["kernels"] = 1 }));
        Assert.Equal("general", Choose(Recipe("zlib", "x86_64")));
        Assert.Equal("second", Choose(Recipe("zlib", "x86_64"), new() { ["general"] = 2 }));
        Assert.Equal("general", Choose(Recipe("zlib", "x86_64"), new() { ["general"] = 2, ["second"] = 1 }));
        Assert.Equal(
            "waits for one of 6 places to build in",
            Choose(Recipe("zlib", "x86_64"), new() { ["general"] = 4, ["second"] = 2 })
        );
        Assert.Equal(
            "waits for one of 2 places to build in",
            Choose(Recipe("zlib", "x86_64"), new() { ["second"] = 2 }, new() { ["general"] = "no" })
        );
        Assert.Equal(
            "waits for pool general (drained: no)",
            Choose(Recipe("a", "aarch64"), drained: new() { ["general"] = "no" })
        );
    }

    [Fact]
    public async Task Builds_that_fail_together_ask_once_whether_the_pool_is_down()
    {
        using ManualResetEventSlim answer = new();
        _probe = () =>
        {
            answer.Wait();
            return "no route";
        };
        Task<string?>[] asking =
        [
            .. Enumerable.Range(0, 8).Select(_ => _board.IsDownAsync(_pools[0], CancellationToken.None)),
        ];
        Assert.Equal("second", Choose(Recipe("zlib", "x86_64")));
        Assert.Equal("waits for pool general (being tried)", Choose(Recipe("zlib", "aarch64")));
        answer.Set();
        Assert.All(await Task.WhenAll(asking), why => Assert.Equal("no route", why));
        Assert.Equal(1, _probes);
        PoolOutage outage = _board.OutageOf("general")!;
        Assert.Equal(("no route", 1), (outage.Reason, outage.Failures));
        Assert.True(outage.NextTry > DateTimeOffset.UtcNow);
        Assert.Equal("waits for pool general (down: no route)", Choose(Recipe("zlib", "aarch64")));

        // An operator does not wait for the next time.
        _probe = () => null;
        Assert.Null(await _board.TestAsync(_pools[0]));
        Assert.Null(_board.OutageOf("general"));
        Assert.Equal("general", Choose(Recipe("zlib", "aarch64")));
        Assert.True(_wakes >= 2);
    }

    [Fact]
    public async Task A_pool_that_builds_is_not_down_whatever_failed_there()
    {
        Assert.Null(await _board.IsDownAsync(_pools[0], CancellationToken.None));
        Assert.Null(_board.OutageOf("general"));
        _probe = () => throw new IOException("the disk");
        Assert.Equal("the disk", await _board.IsDownAsync(_pools[0], CancellationToken.None));
    }
}
