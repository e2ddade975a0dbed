using System.Globalization;
using Microsoft.Data.Sqlite;
using Peipkg.Format.Attestations;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Tests.Storage;

public class ManagerDatabaseTests
{
    [Fact]
    public void It_is_in_WAL_mode_and_synchronises_fully()
    {
        using TemporaryDirectory directory = new();
        using ManagerDatabase database = ManagerDatabase.Open(directory["manager.db"]);
        Assert.Equal("wal", database.Write(s => s.Scalar<string>("PRAGMA journal_mode")));
        Assert.Equal(2, database.Write(s => s.Scalar<long>("PRAGMA synchronous")));
        Assert.Equal(Schema.Migrations.Count, database.Read(s => s.Scalar<long>("PRAGMA user_version")));
    }

    [Fact]
    public void A_failed_transaction_leaves_nothing()
    {
        using TemporaryDirectory directory = new();
        using ManagerDatabase database = ManagerDatabase.Open(directory["manager.db"]);
        Assert.Throws<InvalidOperationException>(() =>
            database.Write(session =>
            {
                session.Execute(
                    "INSERT INTO tag (recipe, name, upstream, object_id, commit_id, first_seen) VALUES ('r','n','u','o','c',0)"
                );
                throw new InvalidOperationException();
            })
        );
        Assert.Equal(0, database.Read(s => s.Scalar<long>("SELECT count(*) FROM tag")));
    }

    [Fact]
    public void A_damaged_file_is_refused_with_what_to_do()
    {
        using TemporaryDirectory directory = new();
        string path = directory["manager.db"];
        ManagerDatabase.Open(path).Dispose();
        byte[] content = File.ReadAllBytes(path);
        Array.Fill(content, (byte)0x5A, 0, 100);
        File.WriteAllBytes(path, content);
        StorageException e = Assert.Throws<StorageException>(() => ManagerDatabase.Open(path));
        Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using TemporaryDirectory directory = new();
        string path = directory["manager.db"];
        ManagerDatabase.Open(path).Dispose();
        using (FileStream file = File.OpenWrite(path))
        {
            file.SetLength(file.Length - 4096);
        }

        Assert.Contains(
            "damaged",
            Assert.Throws<StorageException>(() => ManagerDatabase.Open(path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_newer_managers_file_is_refused()
    {
        using TemporaryDirectory directory = new();
        string path = directory["manager.db"];
        using (ManagerDatabase database = ManagerDatabase.Open(path))
        {
            database.Write(s => s.Execute("PRAGMA user_version = 999"));
        }

        Assert.Contains(
            "newer",
            Assert.Throws<StorageException>(() => ManagerDatabase.Open(path)).Message,
            StringComparison.Ordinal
        );
    }

    // The database of a manager that knew the first migrations only.
    private static string MakeOlder(TemporaryDirectory directory, int version, string content)
    {
        string path = directory["manager.db"];
        using SqliteConnection old = new($"Data Source={path};Pooling=False");
        old.Open();
        using SqliteCommand command = old.CreateCommand();
#pragma warning disable CA2100 // Constants.
        command.CommandText =
            string.Concat(Schema.Migrations.Take(version).Select(script => script + "\n"))
            + content
            + string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version};");
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return path;
    }

    [Fact]
    public void An_older_schema_is_brought_up_to_date_with_everything_in_it()
    {
        using TemporaryDirectory directory = new();
        string path = MakeOlder(
            directory,
            1,
            """
            INSERT INTO tag VALUES ('zlib', 'v1', 'https://h/z', 'a', 'b', 5, NULL, NULL);
            INSERT INTO build VALUES (7, 'zlib', '1-1', 'v1', 'a', 'b', 'poll', 'publishing', 'd', 3, 2, 99, 5, 6, 12, NULL);
            INSERT INTO attempt VALUES (11, 7, 1, 2, NULL, NULL, 3, 'failed', 'recipe', 'exit 1', 'logs/11.log');
            INSERT INTO attempt VALUES (12, 7, 4, 5, 6, NULL, NULL, NULL, NULL, '', 'logs/12.log');
            INSERT INTO output VALUES (12, 'z.peipkg', 'ff', 9);
            """
        );

        using ManagerDatabase database = ManagerDatabase.Open(path);
        BuildStore builds = new(database);
        BuildRecord build = Assert.Single(builds.OfRecipe("zlib"));
        Assert.Equal(
            (7, BuildState.Publishing, 2, 0, BuildHold.None),
            (build.Id, build.State, build.Failures, build.Trouble, build.Hold)
        );
        Assert.Equal(
            ["11 poll v1 b failed", "12 poll v1 b "],
            database.Read(s =>
                s.Query(
                    "SELECT id || ' ' || reason || ' ' || tag || ' ' || commit_id || ' ' || coalesce(result, '') FROM attempt ORDER BY id",
                    row => row.GetString(0)
                )
            )
        );
        Assert.Equal([new BuildOutput("z.peipkg", "ff", 9)], new AttemptStore(database).Outputs(12));
        Assert.Equal(1, database.Write(s => s.Scalar<long>("PRAGMA foreign_keys")));
        Assert.Throws<StorageException>(() => database.Write(s => s.Execute("DELETE FROM build")));
        BuildMoves moves = new(database, TimeProvider.System);
        moves.Rebuild(7, 12, "built anew");
        Assert.Equal(13, moves.Begin(7, "digest"));
    }

    [Fact]
    public void What_the_schema_before_counted_by_reading_everything_is_counted_once()
    {
        using TemporaryDirectory directory = new();
        string path = MakeOlder(
            directory,
            3,
            """
            INSERT INTO build (id, recipe, version, tag, object_id, commit_id, reason, state, queued_at, changed_at)
                VALUES (1, 'zlib', '1-1', 'v1', 'a', 'b', 'poll', 'done', 1, 1), (2, 'zlib', '2-1', 'v2', 'a', 'b', 'poll', 'failed', 1, 2);
            INSERT INTO attempt (id, build_id, reason, tag, commit_id, started_at, built_at, ended_at, result, cause, log)
                VALUES (1, 1, 'poll', 'v1', 'b', 0, 5000, 900000, 'done', NULL, 'logs/1.log'),
                       (2, 2, 'poll', 'v2', 'b', 0, NULL, 40000, 'failed', 'recipe', 'logs/2.log'),
                       (3, 2, 'poll', 'v2', 'b', 0, NULL, 40000, 'interrupted', NULL, 'logs/3.log');
            INSERT INTO recipe (name, upstream, failures) VALUES ('zlib', 'https://h/z', 2);
            """
        );

        using ManagerDatabase database = ManagerDatabase.Open(path);
        AttemptStore attempts = new(database);
        Assert.Equal(
            [
                new AttemptCount("done", "", 1),
                new AttemptCount("failed", "recipe", 1),
                new AttemptCount("interrupted", "", 1),
            ],
            attempts.CountByResult()
        );
        Assert.Equal([1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2], attempts.Durations().Select(d => d.Count));
        Assert.Equal(45, attempts.Durations()[^1].Sum);
        Assert.Equal(1, new BuildStore(database).CountByState()["failed"]);
        RecipeRecord recipe = new RecipeStore(database, TimeProvider.System).Get("zlib");
        Assert.Equal((2, null), (recipe.Failures, recipe.Newest));
    }

    [Fact]
    public void What_waited_to_be_published_under_the_schema_before_can_be_held_and_is_counted_as_it_moves()
    {
        using TemporaryDirectory directory = new();
        string path = MakeOlder(
            directory,
            5,
            """
            INSERT INTO build (id, recipe, version, tag, object_id, commit_id, reason, state, detail, hold, attempts,
                    failures, trouble, cause, next_attempt, queued_at, changed_at, attempt_id, generation, recipe_digest)
                VALUES (4, 'zlib', '1-1', 'v1', 'a', 'b', 'poll', 'done', 'd', NULL, 1, 0, 0, NULL, NULL, 1, 2, 3, 9, 'r'),
                       (5, 'zlib', '2-1', 'v2', 'a', 'b', 'webhook', 'publishing', '', NULL, 2, 0, 1, 'infrastructure', 7, 3, 4, 6, NULL, 's'),
                       (8, 'zlib', '3-1', 'v3', 'a', 'b', 'operator', 'skipped', 'no', 'rejected', 0, 0, 0, NULL, NULL, 5, 6, NULL, NULL, NULL);
            INSERT INTO attempt (id, build_id, reason, tag, commit_id, started_at, built_at, log)
                VALUES (3, 4, 'poll', 'v1', 'b', 1, 2, 'logs/3.log'), (6, 5, 'webhook', 'v2', 'b', 3, 4, 'logs/6.log');
            """
        );

        using ManagerDatabase database = ManagerDatabase.Open(path);
        BuildStore builds = new(database);
        Assert.Equal(
            [
                "4 1-1 poll Done None d 1 0 0   3 r",
                "5 2-1 webhook Publishing None  2 0 1 Infrastructure 7 6 s",
                "8 3-1 operator Skipped Rejected no 0 0 0    ",
            ],
            builds
                .OfRecipe("zlib")
                .OrderBy(b => b.Id)
                .Select(b =>
                    $"{b.Id} {b.Version} {b.Reason.Text()} {b.State} {b.Hold} {b.Detail} {b.Attempts} {b.Failures} {b.Trouble} "
                    + $"{b.Cause} {b.NextAttempt?.ToUnixTimeMilliseconds()} {b.AttemptId} {b.RecipeDigest}"
                )
        );
        Assert.Equal(9, database.Read(s => s.Scalar<long>("SELECT generation FROM build WHERE id = 4")));
        BuildMoves moves = new(database, TimeProvider.System);
        Assert.True(moves.Held(5, "app would lack z", [new Lack("app", "z", "app")], [], [], DateTimeOffset.UnixEpoch));
        Assert.Equal(
            "done 1, held 1, skipped 1",
            string.Join(
                ", ",
                builds.CountByState().OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} {s.Value}")
            )
        );
        Assert.Throws<StorageException>(() => database.Write(s => s.Execute("DELETE FROM build WHERE id = 5")));
        moves.Queue([new QueueEntry("zlib", "4-1", new ListedTag("v4", "a", "b"), BuildReason.Poll, "")]);
        Assert.Equal(9, builds.Find("zlib", "4-1")!.Id);
    }

    [Fact]
    public void Attempts_from_before_there_were_pools_have_none()
    {
        using TemporaryDirectory directory = new();
        string path = MakeOlder(
            directory,
            6,
            """
            INSERT INTO build (id, recipe, version, tag, object_id, commit_id, reason, state, queued_at, changed_at, attempt_id)
                VALUES (4, 'zlib', '1-1', 'v1', 'a', 'b', 'poll', 'queued', 2, 3, 3);
            INSERT INTO attempt (id, build_id, reason, tag, commit_id, started_at, ended_at, result, log)
                VALUES (3, 4, 'poll', 'v1', 'b', 1, 2, 'interrupted', 'logs/3.log');
            """
        );

        using ManagerDatabase database = ManagerDatabase.Open(path);
        AttemptStore attempts = new(database);
        BuildMoves moves = new(database, TimeProvider.System);
        long attempt = moves.Begin(4, null, "worker")!.Value;
        Assert.Equal(["4 worker", "3 "], attempts.Latest(null, null, 9).Select(a => $"{a.Id} {a.Pool}"));
        moves.GiveBack(4, attempt, "pool worker is down");
        BuildRecord build = Assert.Single(new BuildStore(database).Due(DateTimeOffset.UtcNow));
        Assert.Equal(
            (BuildState.Queued, 0, 0, "pool worker is down"),
            (build.State, build.Failures, build.Trouble, build.Detail)
        );
        Assert.Equal("interrupted", attempts.Find(attempt)!.Result);
        PoolStore pools = new(database, TimeProvider.System);
        pools.Drain("worker", "new disk");
        pools.Drain("worker", "newer disk");
        Assert.Equal("newer disk", Assert.Single(pools.Drained()).Value);
        Assert.True(pools.Resume("worker"));
        Assert.False(pools.Resume("worker"));
        Assert.Empty(pools.Drained());
    }

    [Fact]
    public void Events_from_before_operators_had_names_have_none()
    {
        using TemporaryDirectory directory = new();
        string path = MakeOlder(
            directory,
            7,
            "INSERT INTO event (id, at, kind, recipe, detail) VALUES (3, 1, 'paused', 'zlib', 'by an operator');"
        );

        using ManagerDatabase database = ManagerDatabase.Open(path);
        RecipeStore recipes = new(database, TimeProvider.System);
        recipes.Pause("zlib", "again", "ann");
        EventStore events = new(database, TimeProvider.System);
        Assert.Equal(
            ["paused again ann", "paused by an operator "],
            events.Latest("zlib", 9).Select(e => $"{e.Kind} {e.Detail} {e.Operator}")
        );
        Assert.Equal("ann", Assert.Single(events.After(3, 9)).Operator);
    }

    [Fact]
    public void Days_are_counted_from_the_history_and_then_as_attempts_end()
    {
        using TemporaryDirectory directory = new();
        const long Day = 86_400_000;
        string path = MakeOlder(
            directory,
            8,
            $"""
            INSERT INTO build (id, recipe, version, tag, object_id, commit_id, reason, state, queued_at, changed_at)
                VALUES (4, 'zlib', '1-1', 'v1', 'a', 'b', 'poll', 'queued', 2, 3),
                       (5, 'curl', '1-1', 'v1', 'a', 'b', 'poll', 'done', 2, 3);
            INSERT INTO attempt (build_id, reason, tag, commit_id, started_at, built_at, ended_at, result, log)
                VALUES (4, 'poll', 'v1', 'b', {Day}, NULL, {Day + 2000}, 'failed', ''),
                       (5, 'poll', 'v1', 'b', {Day}, {Day + 4000}, {Day + 9000}, 'done', ''),
                       (5, 'poll', 'v1', 'b', 5, NULL, {Day + 9000}, 'interrupted', ''),
                       (4, 'poll', 'v1', 'b', {2 * Day}, NULL, NULL, NULL, '');
            """
        );

        using ManagerDatabase database = ManagerDatabase.Open(path);
        ManualClock clock = new(DateTimeOffset.UnixEpoch.AddDays(2));
        DayStore days = new(database, clock);
        database.Write(s =>
            s.Execute($"UPDATE attempt SET ended_at = {2 * Day + 6000}, result = 'done' WHERE ended_at IS NULL")
        );
        days.NoteQueue(3);
        days.NoteQueue(2);
        new DayStore(database, clock).NoteQueue(1);
        DateOnly second = new(1970, 1, 2);
        Assert.Equal(
            [
                new DayTotal(second, 1, 1, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), null),
                new DayTotal(second.AddDays(1), 1, 0, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(6), 3),
            ],
            days.From(null, second)
        );
        Assert.Equal(
            [
                new DayTotal(second, 0, 1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), null),
                new DayTotal(second.AddDays(1), 1, 0, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(6), null),
            ],
            days.From("zlib", second)
        );
        Assert.Single(days.From("zlib", days.Today));
    }

    [Fact]
    public void What_was_built_before_can_be_reproduced_and_counts_as_before()
    {
        using TemporaryDirectory directory = new();
        const long Day = 86_400_000;
        string path = MakeOlder(
            directory,
            9,
            $"""
            INSERT INTO build (id, recipe, version, tag, object_id, commit_id, reason, state, queued_at, changed_at, attempt_id)
                VALUES (4, 'zlib', '1-1', 'v1', 'a', 'b', 'poll', 'done', 2, 3, 7);
            INSERT INTO attempt (id, build_id, reason, tag, commit_id, recipe_digest, started_at, log, pool)
                VALUES (7, 4, 'poll', 'v1', 'b', 'd', {Day}, 'logs/7.log', 'worker');
            UPDATE attempt SET published_at = {Day + 5000}, ended_at = {Day + 5000}, result = 'done';
            INSERT INTO output (attempt_id, file_name, sha256, size) VALUES (7, 'zlib_1-1_noarch.peipkg', 'abc', 9),
                (7, 'zlib-doc_1-1_noarch.peipkg', 'def', 8);
            """
        );

        using ManagerDatabase database = ManagerDatabase.Open(path);
        ManualClock clock = new(DateTimeOffset.UnixEpoch.AddDays(3));
        ReproductionStore store = new(database, clock);
        Assert.Empty(store.Of(["other"]));
        Assert.Null(store.LastBegun());
        Reproduction old = Assert.Single(store.Of(["abc", "def", "other"]));
        Assert.Equal(
            (7, 4, "zlib", "1-1", "v1", "b", "d", "worker", false, null),
            (
                old.Original,
                old.BuildId,
                old.Recipe,
                old.Version,
                old.Tag,
                old.CommitId,
                old.RecipeDigest,
                old.Pool,
                old.IsPaused,
                old.Verdict
            )
        );
        Assert.Equal(
            ["zlib-doc_1-1_noarch.peipkg", "zlib_1-1_noarch.peipkg"],
            old.Packages.Select(p => p.FileName).Order(StringComparer.Ordinal)
        );
        long attempt = store.Begin(old, "other");
        Assert.Equal(8, attempt);
        Assert.Equal(clock.Now, store.LastBegun());
        store.NotJudged(old, attempt, "no network", clock.Now.AddDays(1));
        old = Assert.Single(store.Of(["abc"]));
        Assert.Equal((1, "no network", clock.Now.AddDays(1)), (old.Tries, old.Detail, old.NextAttempt!.Value));
        attempt = store.Begin(old, null);
        store.Judged(old, attempt, RebuildOutcome.Different, "changed: x");
        old = Assert.Single(store.Of(["abc"]));
        Assert.Equal(
            (RebuildOutcome.Different, "changed: x", 0, "", null, attempt),
            (old.Verdict, old.Difference, old.Tries, old.Detail, old.NextAttempt, old.AttemptId!.Value)
        );
        Assert.Equal("reproduce", new AttemptStore(database).Find(attempt)!.Reason);

        // No build has failed by it, and charts do not show it.
        Assert.Equal([new AttemptCount("done", "", 1)], new AttemptStore(database).CountByResult());
        Assert.Equal(1, new AttemptStore(database).Durations()[^1].Count);
        Assert.Single(new DayStore(database, clock).From("zlib", new DateOnly(1970, 1, 2)));

        // One that was under way when the manager ended is as if it had not begun.
        clock.Now = clock.Now.AddDays(1);
        attempt = store.Begin(old, null);
        new BuildMoves(database, clock).Requeue();
        Assert.Equal("interrupted", new AttemptStore(database).Find(attempt)!.Result);
        Assert.Equal(clock.Now.AddDays(-1), store.LastBegun());
    }

    [Fact]
    public void A_database_from_before_there_were_trials_keeps_its_builds_and_takes_trials()
    {
        using TemporaryDirectory directory = new();
        string path = MakeOlder(
            directory,
            10,
            """
            INSERT INTO build (id, recipe, version, tag, object_id, commit_id, reason, state, queued_at, changed_at)
                VALUES (7, 'zlib', '1-1', 'v1', 'a', 'b', 'poll', 'queued', 5, 6);
            """
        );
        ManualClock clock = new(DateTimeOffset.UnixEpoch.AddDays(2));
        using ManagerDatabase database = ManagerDatabase.Open(path);
        Assert.Equal("1-1", new BuildStore(database).Get(7).Version);
        TrialStore trials = new(database, clock);
        TrialRecord asked = new()
        {
            Id = 0,
            Source = "main",
            State = TrialState.Queued,
            CreatedAt = default,
        };
        long mine = trials.Add(asked);
        long request = trials.Add(asked with { Request = 5, Commit = "c", Recipes = ["a", "b"] });
        Assert.True(trials.Move(mine, [TrialState.Queued], TrialState.Running, ""));
        Assert.True(trials.Move(request, [TrialState.Queued], TrialState.Running, ""));
        Assert.False(trials.Move(request, [TrialState.Queued], TrialState.Passed, ""));

        // The manager was killed: nobody waits for the first any more.
        trials.Requeue();
        Assert.Equal(TrialState.Cancelled, trials.Find(mine)!.State);
        TrialRecord again = Assert.Single(trials.Open());
        Assert.Equal((request, TrialState.Queued, 5), (again.Id, again.State, again.Request));
        Assert.Equal(["a", "b"], again.Recipes);
        Assert.Equal(request, Assert.Single(trials.Untold()).Id);
        trials.Told(again);
        Assert.Empty(trials.Untold());
        Assert.Empty(trials.EndedBefore(clock.GetUtcNow()));
        Assert.Equal(mine, Assert.Single(trials.EndedBefore(clock.GetUtcNow().AddMilliseconds(1))).Id);
    }

    [Fact]
    public async Task A_backup_made_while_there_is_writing_is_whole_each_time()
    {
        using TemporaryDirectory directory = new();
        using ManagerDatabase database = ManagerDatabase.Open(directory["manager.db"]);
        EventStore events = new(database, TimeProvider.System);
        using CancellationTokenSource end = new();
        Task writing = Task.Run(() =>
        {
            for (int i = 1; !end.IsCancellationRequested; i++)
            {
                // Two rows in one transaction: a copy has both or neither.
                database.Write(session =>
                {
                    EventStore.Add(session, i, "failed", "zlib", null, null, $"{i}");
                    EventStore.Add(session, i, "recovered", "zlib", null, null, $"{i}");
                });
            }
        });
        while (events.Latest(null, 1).Count == 0)
        {
            Assert.False(writing.IsCompleted);
        }

        long before = 1;
        for (int i = 0; i < 10; i++)
        {
            string copy = directory[$"copy-{i}.db"];
            ManagerDatabase.CopyTo(directory["manager.db"], copy);
            using ManagerDatabase taken = ManagerDatabase.Open(copy);
            long count = taken.Read(session => session.Scalar<long>("SELECT count(*) FROM event"));
            Assert.Equal(0, count % 2);
            Assert.InRange(count, before, long.MaxValue);
            before = count;
        }

        await end.CancelAsync();
        await writing;
    }
}
