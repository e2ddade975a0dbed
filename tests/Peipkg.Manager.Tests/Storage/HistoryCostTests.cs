using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Http;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Storage;

/// <summary>
/// What a farm of the same recipes does with a short and a long history: counted in the database's own steps, which no
/// busy machine changes.
/// </summary>
public sealed class HistoryCostTests : IDisposable
{
    private const int Recipes = 10;

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly List<ManagerDatabase> _open = [];

    public void Dispose()
    {
        _open.ForEach(database => database.Dispose());
        _directory.Dispose();
    }

    private static Dictionary<string, Action<FarmStores, LiveFarm>> Looks { get; } =
        new(StringComparer.Ordinal)
        {
            ["status"] = (stores, live) => new StatusReport(stores, () => RecipeRoster.Empty, live).Collect(),
            ["recipes"] = (stores, _) => FarmQueries.Recipes(stores, RecipeRoster.Empty),
            ["metrics"] = (stores, live) =>
                new MetricsReport(stores, () => RecipeRoster.Empty, live).Collect(open: true),
            ["troubles"] = (stores, live) => TroubleList.Collect(stores, RecipeRoster.Empty, live),
            ["history"] = (stores, _) => FarmQueries.History(stores, null, 20),
            ["history of a recipe"] = (stores, _) => FarmQueries.History(stores, "r1", 20),
            ["history of a recipe that was built long ago"] = (stores, _) => FarmQueries.History(stores, "old", 20),
            ["latest of a version"] = (stores, _) => stores.Attempts.Latest("r1", "5-1", 1),
            ["charts"] = (stores, _) => stores.Days.From(null, new DateOnly(1970, 1, 1)),
            ["the choice of the next build"] = (stores, live) =>
            {
                stores.Builds.Due(ManualClock.Noon);
                stores.Builds.NextDue(ManualClock.Noon);
                stores.Builds.LastStarted();
            },
            ["the start"] = (stores, _) =>
            {
                stores.Builds.Open();
                stores.Builds.Publishing();
                stores.Builds.Unfinished();
                stores.Attempts.Open();
            },
            ["what is reproduced next"] = (stores, _) =>
            {
                Assert.NotNull(stores.Reproductions.LastBegun());
                Assert.Equal(Recipes, stores.Reproductions.Of(Offered).Count);
            },
            ["an idle poll"] = (stores, _) => stores.Builds.OfRecipe("old"),
        };

    // Of each recipe one version.
    private static IEnumerable<string> Offered =>
        Enumerable.Range(1, Recipes).Select(recipe => string.Create(CultureInfo.InvariantCulture, $"r{recipe}-1-1"));

    [Fact]
    public void A_look_costs_the_same_after_a_long_history()
    {
        (FarmStores, SqliteConnection) young = Farm("young", 30);
        (FarmStores, SqliteConnection) old = Farm("old", 300);
        string[] dear =
        [
            .. from look in Looks
            let few = Steps(young, look.Value)
            let many = Steps(old, look.Value)
            where many > (few * 1.2) + 100
            select $"{look.Key}: {few} steps after 30 versions of each recipe, {many} after 300",
        ];
        Assert.Empty(dear);
    }

    private static long Steps((FarmStores Stores, SqliteConnection Reader) farm, Action<FarmStores, LiveFarm> look)
    {
        ManualClock clock = new(ManualClock.Noon);
        LiveFarm live = new()
        {
            ProcessId = 1,
            StartedAt = clock.Now,
            Counters = new FarmCounters(clock),
            WhyWaiting = () => _ => BuildLoop.BeginsNow,
            Cancel = (_, _) => false,
            Wake = () => { },
            Poll = _ => { },
            Drain = () => false,
        };
        long steps = 0;
        SQLitePCL.raw.sqlite3_progress_handler(
            farm.Reader.Handle,
            1,
            _ =>
            {
                steps++;
                return 0;
            },
            null
        );
        look(farm.Stores, live);
        SQLitePCL.raw.sqlite3_progress_handler(farm.Reader.Handle, 0, null, null);
        Assert.True(steps > 0, "nothing was counted");
        return steps;
    }

    // Versions are done or passed over; the newest of each recipe waits.
    private (FarmStores Stores, SqliteConnection Reader) Farm(string name, int versions)
    {
        StateLayout layout = new(_directory[name]);
        layout.Create();
        ManagerDatabase database = ManagerDatabase.Open(layout.Database);
        _open.Add(database);
        database.Write(session =>
        {
            for (int recipe = 1; recipe <= Recipes; recipe++)
            {
                Put(session, "r" + recipe.ToString(CultureInfo.InvariantCulture), versions);
                if (recipe == 1)
                {
                    Put(session, "old", 5);
                }
            }

            session.Execute(
                """
                INSERT INTO attempt (build_id, reason, tag, commit_id, started_at, log)
                SELECT id, reason, tag, commit_id, queued_at, '' FROM build WHERE state = 'done' ORDER BY recipe = 'old' DESC, id
                """
            );
            session.Execute("UPDATE build SET attempt_id = (SELECT max(id) FROM attempt WHERE build_id = build.id)");
            session.Execute("UPDATE attempt SET ended_at = started_at + 5000, published_at = 1, result = 'done'");
            session.Execute(
                """
                INSERT INTO output (attempt_id, file_name, sha256, size)
                SELECT attempt.id, recipe || '_' || version, recipe || '-' || version, 1
                FROM attempt JOIN build ON build.id = build_id
                """
            );
            session.Execute(
                """
                INSERT INTO attempt (build_id, reason, tag, commit_id, started_at, ended_at, result, log)
                SELECT build_id, 'reproduce', tag, commit_id, started_at, ended_at, 'done', '' FROM attempt
                """
            );
        });
        FarmStores stores = new(
            database,
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
        return (stores, ReaderOf(database));
    }

    private static void Put(DatabaseSession session, string recipe, int versions)
    {
        session.Execute("INSERT INTO recipe (name, newest) VALUES ($recipe, '1-1')", ("$recipe", recipe));
        session.Execute(
            """
            WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < $versions)
            INSERT INTO build (recipe, version, tag, object_id, commit_id, reason, state, queued_at, changed_at)
            SELECT $recipe, n || '-1', 'v' || n, 'a', 'b', 'poll',
                   CASE WHEN n = $versions THEN 'queued' WHEN n % 3 = 0 THEN 'skipped' ELSE 'done' END, n, n
            FROM number
            """,
            ("$recipe", recipe),
            ("$versions", versions)
        );
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_reader")]
    private static extern ref SqliteConnection ReaderOf(ManagerDatabase database);
}
