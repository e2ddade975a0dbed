using Microsoft.Data.Sqlite;

namespace Peipkg.Manager.Storage;

/// <summary>Queues versions and answers what is to be done; <see cref="AttemptStore"/> records the doing.</summary>
internal sealed class BuildStore(ManagerDatabase database, TimeProvider clock)
{
    private const string Columns =
        "id, recipe, version, tag, object_id, commit_id, reason, state, detail, attempts, failures, next_attempt, attempt_id";

    /// <summary>Every story of a recipe.</summary>
    public IReadOnlyList<BuildRecord> OfRecipe(string recipe) => database.Read(session => session.Query(
        $"SELECT {Columns} FROM build WHERE recipe = $recipe", Map, ("$recipe", recipe)));

    /// <summary>A single story by its id.</summary>
    public BuildRecord Get(long id) => database.Read(session => session.Query(
        $"SELECT {Columns} FROM build WHERE id = $id", Map, ("$id", id))).Single();

    /// <summary>Everything with work that may be done at <paramref name="now"/>.</summary>
    public IReadOnlyList<BuildRecord> Due(DateTimeOffset now) => database.Read(session => session.Query(
        $"""
        SELECT {Columns} FROM build
        WHERE state IN ('queued', 'publishing', 'failed') AND (next_attempt IS NULL OR next_attempt <= $now)
        ORDER BY id
        """,
        Map, ("$now", now.ToUnixTimeMilliseconds())));

    /// <summary>When the next waiting story becomes due; null when none waits.</summary>
    public DateTimeOffset? NextDue() => FromMilliseconds(database.Read(session => session.Scalar<long?>(
        "SELECT min(coalesce(next_attempt, 0)) FROM build WHERE state IN ('queued', 'publishing', 'failed')")));

    /// <summary>The stories that failed and are waiting for their next try, for <c>/status</c>.</summary>
    public IReadOnlyList<BuildRecord> Failing() => database.Read(session => session.Query(
        $"SELECT {Columns} FROM build WHERE failures > 0 AND state IN ('queued', 'publishing', 'failed') ORDER BY recipe, version",
        Map));

    /// <summary>The attempts whose packages wait in <c>publish/</c>.</summary>
    public IReadOnlyList<long> Publishing() => database.Read(session => session.Query(
        "SELECT attempt_id FROM build WHERE state = 'publishing'", row => row.GetInt64(0)));

    /// <summary>When each recipe's latest attempt began.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> LastStarted() => database.Read(session => session.Query(
        "SELECT build.recipe, max(attempt.started_at) FROM attempt JOIN build ON build.id = attempt.build_id GROUP BY build.recipe",
        row => KeyValuePair.Create(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)))))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>Open stories by state, for <c>/status</c>.</summary>
    public IReadOnlyDictionary<string, long> CountByState() => database.Read(session => session.Query(
        "SELECT state, count(*) FROM build GROUP BY state",
        row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)))).ToDictionary(StringComparer.Ordinal);

    /// <summary>Queues new stories and sets known ones back to queued, all in one transaction.</summary>
    public void Queue(IReadOnlyList<QueueEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        database.Write(session =>
        {
            foreach (QueueEntry entry in entries)
            {
                // A story under way is left alone: the update matches none of its states.
                session.Execute(
                    """
                    INSERT INTO build (recipe, version, tag, object_id, commit_id, reason, state, detail, queued_at, changed_at)
                    VALUES ($recipe, $version, $tag, $object, $commit, $reason, 'queued', $detail, $now, $now)
                    ON CONFLICT (recipe, version) DO UPDATE SET
                        tag = excluded.tag, object_id = excluded.object_id, commit_id = excluded.commit_id,
                        reason = excluded.reason, state = 'queued', detail = excluded.detail,
                        failures = 0, next_attempt = NULL, queued_at = excluded.queued_at, changed_at = excluded.changed_at
                    WHERE state IN ('queued', 'failed', 'done', 'skipped')
                    """,
                    ("$recipe", entry.Recipe), ("$version", entry.Version), ("$tag", entry.Tag.Name),
                    ("$object", entry.Tag.ObjectId), ("$commit", entry.Tag.CommitId),
                    ("$reason", entry.Reason.Text()), ("$detail", entry.Detail), ("$now", now));
            }
        });
    }

    /// <summary>Ends stories that have nothing left to do, each for its own reason.</summary>
    public void Close(IReadOnlyList<(long Id, BuildState State, string Detail)> closures)
    {
        if (closures.Count == 0)
        {
            return;
        }

        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        database.Write(session =>
        {
            foreach ((long id, BuildState state, string detail) in closures)
            {
                session.Execute(
                    """
                    UPDATE build SET state = $state, detail = $detail, failures = 0, next_attempt = NULL, changed_at = $now
                    WHERE id = $id
                    """,
                    ("$id", id), ("$state", state.Text()), ("$detail", detail), ("$now", now));
            }
        });
    }

    /// <summary>Marks as done every published story whose generation has reached all targets.</summary>
    public void FinishSyncing(long generation)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        database.Write(session => session.Execute(
            """
            UPDATE build SET state = 'done', detail = 'published and synced', changed_at = $now
            WHERE state = 'syncing' AND generation <= $generation
            """,
            ("$generation", generation), ("$now", now)));
    }

    internal static BuildRecord Map(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        EnumText.ParseReason(row.GetString(6)),
        EnumText.ParseState(row.GetString(7)),
        row.GetString(8),
        row.GetInt32(9),
        row.GetInt32(10),
        row.IsDBNull(11) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11)),
        row.IsDBNull(12) ? null : row.GetInt64(12));

    private static DateTimeOffset? FromMilliseconds(long? value) =>
        value is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}

/// <summary>A version that is to be built, and why.</summary>
internal sealed record QueueEntry(string Recipe, string Version, ListedTag Tag, BuildReason Reason, string Detail);
