using Microsoft.Data.Sqlite;

namespace Peipkg.Manager.Storage;

/// <summary>The table of builds: what is to be done, what was done, what failed. <see cref="BuildMoves"/> alone changes a state.</summary>
internal sealed class BuildStore(ManagerDatabase database)
{
    private const string Columns = """
        id, recipe, version, tag, object_id, commit_id, reason, state, detail, hold, attempts, failures, trouble, cause,
        next_attempt, attempt_id, recipe_digest, queued_at, changed_at, released
        """;

    private const string NotPaused = """
        recipe NOT IN (SELECT name FROM recipe WHERE paused_at IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM setting WHERE key = 'paused')
        """;

    // What the farm does by itself: not what waits for someone to act, nor what an operator paused.
    private const string Waiting =
        $"state IN ('queued', 'publishing', 'held', 'failed') AND hold IS NULL AND {NotPaused}";

    private const string Unended = "'queued', 'fetching', 'building', 'publishing', 'held', 'syncing', 'failed'";

    // Every recipe that has builds, by the index alone: a step for each recipe, not for each build.
    private const string Names = """
        WITH RECURSIVE step (name) AS (
            SELECT min(recipe) FROM build
            UNION ALL SELECT (SELECT min(recipe) FROM build WHERE recipe > step.name) FROM step WHERE step.name IS NOT NULL
        )
        """;

    /// <summary>Every build of a recipe.</summary>
    public IReadOnlyList<BuildRecord> OfRecipe(string recipe) =>
        database.Read(session =>
            session.Query($"SELECT {Columns} FROM build WHERE recipe = $recipe", Map, ("$recipe", recipe))
        );

    /// <summary>A single build by its id.</summary>
    public BuildRecord Get(long id) =>
        database
            .Read(session => session.Query($"SELECT {Columns} FROM build WHERE id = $id", Map, ("$id", id)))
            .Single();

    /// <summary>The build of a version; null when it has none.</summary>
    public BuildRecord? Find(string recipe, string version) =>
        database
            .Read(session =>
                session.Query(
                    $"SELECT {Columns} FROM build WHERE recipe = $recipe AND version = $version",
                    Map,
                    ("$recipe", recipe),
                    ("$version", version)
                )
            )
            .SingleOrDefault();

    /// <summary>
    /// Everything with work that may be done at <paramref name="now"/>. A build that changed in the future was put off
    /// under a clock that has been set back since: its time means nothing, so it is due.
    /// </summary>
    public IReadOnlyList<BuildRecord> Due(DateTimeOffset now) =>
        database.Read(session =>
            session.Query(
                $"""
                SELECT {Columns} FROM build
                WHERE {Waiting} AND (next_attempt IS NULL OR next_attempt <= $now OR changed_at > $now)
                ORDER BY id
                """,
                Map,
                ("$now", now.ToUnixTimeMilliseconds())
            )
        );

    /// <summary>When the next build becomes due that is not due yet; null when none waits for a time.</summary>
    public DateTimeOffset? NextDue(DateTimeOffset now) =>
        FromMilliseconds(
            database.Read(session =>
                session.Scalar<long?>(
                    $"SELECT min(next_attempt) FROM build WHERE {Waiting} AND next_attempt > $now",
                    ("$now", now.ToUnixTimeMilliseconds())
                )
            )
        );

    /// <summary>Every build with work left, by recipe and version.</summary>
    public IReadOnlyList<BuildRecord> Open() =>
        database.Read(session =>
            session.Query($"SELECT {Columns} FROM build WHERE state IN ({Unended}) ORDER BY id", Map)
        );

    /// <summary>Each recipe's build that changed last.</summary>
    public IReadOnlyList<BuildRecord> Latest() =>
        database.Read(session =>
            session.Query(
                $"""
                {Names}
                SELECT {Columns} FROM build WHERE id IN (
                    SELECT coalesce(
                        (SELECT id FROM build WHERE recipe = step.name AND (state <> 'skipped' OR hold IS NOT NULL)
                            ORDER BY changed_at DESC, id DESC LIMIT 1),
                        (SELECT id FROM build WHERE recipe = step.name ORDER BY changed_at DESC, id DESC LIMIT 1))
                    FROM step WHERE step.name IS NOT NULL)
                """,
                Map
            )
        );

    /// <summary>The build of each recipe's newest version, where it has one.</summary>
    public IReadOnlyList<BuildRecord> Newest() =>
        database.Read(session =>
            session.Query(
                $"""
                SELECT {Columns} FROM build
                WHERE (recipe, version) IN (SELECT name, newest FROM recipe WHERE newest IS NOT NULL)
                """,
                Map
            )
        );

    /// <summary>The builds that failed and were not finished since, held ones too.</summary>
    public IReadOnlyList<BuildRecord> Failing() =>
        database.Read(session =>
            session.Query(
                $"""
                SELECT {Columns} FROM build
                WHERE failures + trouble > 0 AND state IN ('queued', 'fetching', 'building', 'publishing', 'held', 'failed')
                ORDER BY recipe, version
                """,
                Map
            )
        );

    /// <summary>How many builds are neither published and synced, nor passed over for a reason, nor paused.</summary>
    public long Unfinished() =>
        database.Read(session =>
            session.Scalar<long>($"SELECT count(*) FROM build WHERE state IN ({Unended}) AND {NotPaused}")
        );

    /// <summary>The attempts whose packages wait in <c>publish/</c>.</summary>
    public IReadOnlyList<long> Publishing() =>
        database.Read(session =>
            session.Query("SELECT attempt_id FROM build WHERE state IN ('publishing', 'held')", row => row.GetInt64(0))
        );

    /// <summary>The builds whose packages wait in <c>publish/</c>, oldest first; without those of paused recipes.</summary>
    public IReadOnlyList<BuildRecord> Built() =>
        database.Read(session =>
            session.Query(
                $"SELECT {Columns} FROM build WHERE state IN ('publishing', 'held') AND hold IS NULL AND {NotPaused} ORDER BY id",
                Map
            )
        );

    /// <summary>The builds that are held, each with what would lack what if it were published.</summary>
    public IReadOnlyList<(BuildRecord Build, IReadOnlyList<Lack> Lacks)> Held() =>
        database.Read(session =>
            session
                .Query($"SELECT {Columns} FROM build WHERE state = 'held' ORDER BY id", Map)
                .Select(build => (build, (IReadOnlyList<Lack>)LacksOf(session, build.Id)))
                .ToList()
        );

    /// <summary>What would lack what if a held build were published; empty for one that is not held.</summary>
    public IReadOnlyList<Lack> LacksOf(long id) => database.Read(session => LacksOf(session, id));

    /// <summary>When each recipe's latest attempt began.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> LastStarted() =>
        database
            .Read(session =>
                session.Query(
                    $"""
                    {Names}
                    SELECT step.name, attempt.started_at FROM step
                    JOIN attempt ON attempt.id = (SELECT max(attempt_id) FROM build WHERE recipe = step.name)
                    """,
                    row =>
                        KeyValuePair.Create(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)))
                )
            )
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>Builds by state, for <c>/status</c>.</summary>
    public IReadOnlyDictionary<string, long> CountByState() =>
        database
            .Read(session =>
                session.Query(
                    "SELECT state, number FROM build_total WHERE number > 0",
                    row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))
                )
            )
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>The builds whose packages a generation names and that wait for it to reach all targets.</summary>
    internal static IReadOnlyList<long> Syncing(DatabaseSession session, long generation) =>
        session.Query(
            "SELECT id FROM build WHERE state = 'syncing' AND generation <= $generation",
            row => row.GetInt64(0),
            ("$generation", generation)
        );

    /// <summary>The builds that an attempt has not brought to an end, and whether an operator holds them.</summary>
    internal static IReadOnlyList<(long Id, bool Held)> UnderWay(DatabaseSession session) =>
        session.Query(
            "SELECT id, hold IS NOT NULL FROM build WHERE state IN ('fetching', 'building')",
            row => (row.GetInt64(0), row.GetInt64(1) != 0)
        );

    private static List<Lack> LacksOf(DatabaseSession session, long id) =>
        session.Query(
            "SELECT package, name, recipe, rebuilt FROM lack WHERE build_id = $build ORDER BY package, name",
            row => new Lack(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2))
            {
                IsRebuilt = row.GetInt64(3) != 0,
            },
            ("$build", id)
        );

    /// <summary>Whose build it is.</summary>
    internal static (string Recipe, string Version) NameOf(DatabaseSession session, long id) =>
        session
            .Query(
                "SELECT recipe, version FROM build WHERE id = $id",
                row => (row.GetString(0), row.GetString(1)),
                ("$id", id)
            )
            .Single();

    /// <summary>Adds a build, or sets one that is not under way to a state; for <see cref="BuildMoves"/> alone.</summary>
    internal static bool Put(DatabaseSession session, QueueEntry entry, BuildState state, long now) =>
        session.Execute(
            """
            INSERT INTO build (recipe, version, tag, object_id, commit_id, reason, state, detail, queued_at, changed_at)
            VALUES ($recipe, $version, $tag, $object, $commit, $reason, $state, $detail, $now, $now)
            ON CONFLICT (recipe, version) DO UPDATE SET
                tag = excluded.tag, object_id = excluded.object_id, commit_id = excluded.commit_id,
                reason = excluded.reason, state = excluded.state, detail = excluded.detail, hold = NULL,
                failures = 0, trouble = 0, cause = NULL, next_attempt = NULL, queued_at = excluded.queued_at,
                changed_at = excluded.changed_at
            WHERE state IN ('queued', 'failed', 'done', 'skipped')
            """,
            ("$recipe", entry.Recipe),
            ("$version", entry.Version),
            ("$tag", entry.Tag.Name),
            ("$object", entry.Tag.ObjectId),
            ("$commit", entry.Tag.CommitId),
            ("$reason", entry.Reason.Text()),
            ("$state", state.Text()),
            ("$detail", entry.Detail),
            ("$now", now)
        ) > 0;

    /// <summary>Writes down what would lack what now; for <see cref="BuildMoves"/> alone.</summary>
    /// <returns>The recipes that were built again for it.</returns>
    internal static HashSet<string> Replace(DatabaseSession session, long id, IReadOnlyList<Lack> lacks)
    {
        HashSet<string> rebuilt = [.. LacksOf(session, id).Where(lack => lack.IsRebuilt).Select(lack => lack.Recipe!)];
        session.Execute("DELETE FROM lack WHERE build_id = $build", ("$build", id));
        foreach (Lack lack in lacks)
        {
            session.Execute(
                """
                INSERT INTO lack (build_id, package, name, recipe) VALUES ($build, $package, $name, $recipe)
                ON CONFLICT DO NOTHING
                """,
                ("$build", id),
                ("$package", lack.Package),
                ("$name", lack.Name),
                ("$recipe", lack.Recipe)
            );
        }

        return rebuilt;
    }

    /// <summary>Recipes are built again for a held build; for <see cref="BuildMoves"/> alone.</summary>
    internal static void MarkRebuilt(DatabaseSession session, long id, IEnumerable<string> recipes)
    {
        foreach (string recipe in recipes)
        {
            session.Execute(
                "UPDATE lack SET rebuilt = 1 WHERE build_id = $build AND recipe = $recipe",
                ("$build", id),
                ("$recipe", recipe)
            );
        }
    }

    private static BuildRecord Map(SqliteDataReader row) =>
        new()
        {
            Id = row.GetInt64(0),
            Recipe = row.GetString(1),
            Version = row.GetString(2),
            Tag = row.GetString(3),
            ObjectId = row.GetString(4),
            CommitId = row.GetString(5),
            Reason = EnumText.ParseReason(row.GetString(6)),
            State = EnumText.ParseState(row.GetString(7)),
            Detail = row.GetString(8),
            Hold = EnumText.ParseHold(row.IsDBNull(9) ? null : row.GetString(9)),
            Attempts = row.GetInt32(10),
            Failures = row.GetInt32(11),
            Trouble = row.GetInt32(12),
            Cause = row.IsDBNull(13) ? null : EnumText.ParseCause(row.GetString(13)),
            NextAttempt = row.IsDBNull(14) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(14)),
            AttemptId = row.IsDBNull(15) ? null : row.GetInt64(15),
            RecipeDigest = row.IsDBNull(16) ? null : row.GetString(16),
            QueuedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(17)),
            ChangedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(18)),
            IsReleased = row.GetInt64(19) != 0,
        };

    private static DateTimeOffset? FromMilliseconds(long? value) =>
        value is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
