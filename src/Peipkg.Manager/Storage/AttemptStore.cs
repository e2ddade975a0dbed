using Microsoft.Data.Sqlite;

namespace Peipkg.Manager.Storage;

/// <summary>An attempt with what it was made for.</summary>
internal sealed record AttemptRecord
{
    public required long Id { get; init; }

    public required long BuildId { get; init; }

    public required string Recipe { get; init; }

    public required string Version { get; init; }

    public required string Tag { get; init; }

    public required string CommitId { get; init; }

    public required string Reason { get; init; }

    /// <summary>Where it ran; null where the farm had no pools.</summary>
    public string? Pool { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? BuiltAt { get; init; }

    public DateTimeOffset? PublishedAt { get; init; }

    public DateTimeOffset? SyncedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Null while it runs.</summary>
    public string? Result { get; init; }

    public string? Cause { get; init; }

    public string Detail { get; init; } = "";
}

/// <summary>How many attempts ended alike.</summary>
internal sealed record AttemptCount(string Result, string Cause, long Count);

/// <summary>How many attempts took at most so long.</summary>
/// <param name="Most">Seconds; null for any.</param>
/// <param name="Count">Attempts.</param>
/// <param name="Sum">What they took together, in seconds.</param>
internal sealed record DurationCount(long? Most, long Count, double Sum);

/// <summary>A package file that an attempt produced.</summary>
/// <param name="FileName">Its name, without a directory.</param>
/// <param name="Sha256">Lower-case hex digest of its bytes.</param>
/// <param name="Size">Bytes.</param>
internal sealed record BuildOutput(string FileName, string Sha256, long Size);

/// <summary>The tables of attempts and of the packages that they made. What changes them is part of a <see cref="BuildMoves"/>.</summary>
internal sealed class AttemptStore(ManagerDatabase database)
{
    private const string Columns = """
        attempt.id, build_id, recipe, version, attempt.tag, attempt.commit_id, attempt.reason, started_at, built_at,
        published_at, synced_at, ended_at, result, attempt.cause, attempt.detail, pool
        """;

    private const string Select = $"SELECT {Columns} FROM attempt JOIN build ON build.id = attempt.build_id";

    /// <summary>The latest attempts, newest first.</summary>
    /// <param name="recipe">Of this recipe only; null for all.</param>
    /// <param name="version">Of this version of the recipe only; null for all.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<AttemptRecord> Latest(string? recipe, string? version, int limit) =>
        database.Read(session =>
            session.Query(
                $"""
                {(recipe is null ? Select : SelectOf(version is null ? "" : "AND version = $version"))}
                ORDER BY attempt.id DESC LIMIT $limit
                """,
                Map,
                ("$recipe", recipe),
                ("$version", version),
                ("$limit", limit)
            )
        );

    /// <summary>One attempt; null when there is none of this id.</summary>
    public AttemptRecord? Find(long id) =>
        database.Read(session => session.Query($"{Select} WHERE attempt.id = $id", Map, ("$id", id))).SingleOrDefault();

    /// <summary>The ids of the attempts that are not over: their logs still grow.</summary>
    public IReadOnlySet<long> Open() =>
        database
            .Read(session => session.Query("SELECT id FROM attempt WHERE ended_at IS NULL", row => row.GetInt64(0)))
            .ToHashSet();

    /// <summary>Ended attempts by how they ended.</summary>
    public IReadOnlyList<AttemptCount> CountByResult() =>
        database.Read(session =>
            session.Query(
                "SELECT result, cause, number FROM attempt_total ORDER BY result, cause",
                row => new AttemptCount(row.GetString(0), row.GetString(1), row.GetInt64(2))
            )
        );

    /// <summary>How long the attempts took that built or failed, from the shortest bucket to the one that holds all.</summary>
    public IReadOnlyList<DurationCount> Durations() =>
        database.Read(session =>
            session.Query(
                "SELECT most, number, sum FROM duration_total ORDER BY most",
                row => new DurationCount(
                    row.GetInt64(0) == long.MaxValue ? null : row.GetInt64(0),
                    row.GetInt64(1),
                    row.GetDouble(2)
                )
            )
        );

    /// <summary>The packages that an attempt left in <c>publish/</c>.</summary>
    public IReadOnlyList<BuildOutput> Outputs(long attemptId) =>
        database.Read(session =>
            session.Query(
                "SELECT file_name, sha256, size FROM output WHERE attempt_id = $id ORDER BY file_name",
                row => new BuildOutput(row.GetString(0), row.GetString(1), row.GetInt64(2)),
                ("$id", attemptId)
            )
        );

    /// <summary>Adds an attempt at a build.</summary>
    /// <returns>Its number.</returns>
    internal static long Add(DatabaseSession session, long buildId, string? recipeDigest, string? pool, long now)
    {
        session.Execute(
            """
            INSERT INTO attempt (build_id, reason, tag, commit_id, recipe_digest, pool, started_at, log)
            SELECT id, reason, tag, commit_id, $digest, $pool, $now, '' FROM build WHERE id = $build
            """,
            ("$build", buildId),
            ("$digest", recipeDigest),
            ("$pool", pool),
            ("$now", now)
        );
        return Name(session);
    }

    /// <summary>Names the log of the attempt that was just added.</summary>
    /// <returns>The attempt's number.</returns>
    internal static long Name(DatabaseSession session)
    {
        long id = session.Scalar<long>("SELECT last_insert_rowid()");
        session.Execute("UPDATE attempt SET log = $log WHERE id = $id", ("$id", id), ("$log", $"logs/{id}.log"));
        return id;
    }

    internal static void AddOutputs(DatabaseSession session, long attemptId, IReadOnlyList<BuildOutput> outputs)
    {
        foreach (BuildOutput output in outputs)
        {
            session.Execute(
                "INSERT INTO output (attempt_id, file_name, sha256, size) VALUES ($attempt, $file, $sha, $size)",
                ("$attempt", attemptId),
                ("$file", output.FileName),
                ("$sha", output.Sha256),
                ("$size", output.Size)
            );
        }
    }

    /// <summary>An attempt has come so far.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="attemptId">The attempt.</param>
    /// <param name="column">One of the table's columns of times.</param>
    /// <param name="now">The present.</param>
    internal static void Reached(DatabaseSession session, long attemptId, string column, long now) =>
        session.Execute($"UPDATE attempt SET {column} = $now WHERE id = $id", ("$id", attemptId), ("$now", now));

    /// <param name="session">The transaction.</param>
    /// <param name="attemptId">The attempt.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="cause">Of a failure.</param>
    /// <param name="detail">More, in words; null leaves what is there.</param>
    /// <param name="now">The present.</param>
    internal static void End(
        DatabaseSession session,
        long attemptId,
        string result,
        FailureCause? cause,
        string? detail,
        long now
    ) =>
        session.Execute(
            """
            UPDATE attempt SET ended_at = $now, result = $result, cause = $cause, detail = coalesce($detail, detail)
            WHERE id = $id
            """,
            ("$id", attemptId),
            ("$result", result),
            ("$cause", cause?.Text()),
            ("$detail", detail),
            ("$now", now)
        );

    /// <summary>Ends the latest attempt at a build, unless it has ended.</summary>
    internal static void EndLatest(
        DatabaseSession session,
        long buildId,
        string result,
        FailureCause? cause,
        string detail,
        long now
    ) =>
        session.Execute(
            """
            UPDATE attempt SET ended_at = $now, result = $result, cause = $cause, detail = $detail
            WHERE ended_at IS NULL AND id = (SELECT attempt_id FROM build WHERE id = $build)
            """,
            ("$build", buildId),
            ("$result", result),
            ("$cause", cause?.Text()),
            ("$detail", detail),
            ("$now", now)
        );

    /// <summary>Ends attempts to reproduce what is published that were under way.</summary>
    internal static void EndReproductions(DatabaseSession session, string detail, long now) =>
        session.Execute(
            """
            UPDATE attempt SET ended_at = $now, result = 'interrupted', detail = $detail
            WHERE ended_at IS NULL AND reason = 'reproduce'
            """,
            ("$detail", detail),
            ("$now", now)
        );

    /// <summary>What the latest attempt at a build made has reached every target.</summary>
    internal static void SyncedLatest(DatabaseSession session, long buildId, long now) =>
        session.Execute(
            "UPDATE attempt SET synced_at = $now WHERE id = (SELECT attempt_id FROM build WHERE id = $build)",
            ("$build", buildId),
            ("$now", now)
        );

    internal static void Explain(DatabaseSession session, long attemptId, string detail) =>
        session.Execute("UPDATE attempt SET detail = $detail WHERE id = $id", ("$id", attemptId), ("$detail", detail));

    // The latest attempts are attempts at the builds that were attempted last: a long history is not read.
    private static string SelectOf(string version) =>
        $"""
            SELECT {Columns} FROM (
                SELECT id, recipe, version FROM build WHERE recipe = $recipe {version} ORDER BY attempt_id DESC LIMIT $limit
            ) AS build CROSS JOIN attempt ON attempt.build_id = build.id
            """;

    private static AttemptRecord Map(SqliteDataReader row) =>
        new()
        {
            Id = row.GetInt64(0),
            BuildId = row.GetInt64(1),
            Recipe = row.GetString(2),
            Version = row.GetString(3),
            Tag = row.GetString(4),
            CommitId = row.GetString(5),
            Reason = row.GetString(6),
            StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
            BuiltAt = Time(row, 8),
            PublishedAt = Time(row, 9),
            SyncedAt = Time(row, 10),
            EndedAt = Time(row, 11),
            Result = row.IsDBNull(12) ? null : row.GetString(12),
            Cause = row.IsDBNull(13) ? null : row.GetString(13),
            Detail = row.GetString(14),
            Pool = row.IsDBNull(15) ? null : row.GetString(15),
        };

    private static DateTimeOffset? Time(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
