namespace Peipkg.Manager.Storage;

/// <summary>Records each step of an attempt in one transaction with the state of its story and the diary.</summary>
internal sealed class AttemptStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>Begins an attempt: the story is fetching, the attempt's id names its directories and log.</summary>
    /// <param name="buildId">The story.</param>
    /// <param name="recipeDigest">The recipe's folder as it is now; null when it cannot be read.</param>
    /// <returns>The attempt's id.</returns>
    public long Begin(long buildId, string? recipeDigest)
    {
        long now = Now();
        return database.Write(session =>
        {
            session.Execute(
                """
                INSERT INTO attempt (build_id, reason, tag, commit_id, recipe_digest, started_at, log)
                SELECT id, reason, tag, commit_id, $digest, $now, '' FROM build WHERE id = $build
                """,
                ("$build", buildId),
                ("$digest", recipeDigest),
                ("$now", now)
            );
            long id = session.Scalar<long>("SELECT last_insert_rowid()");
            session.Execute("UPDATE attempt SET log = $log WHERE id = $id", ("$id", id), ("$log", $"logs/{id}.log"));
            session.Execute(
                """
                UPDATE build SET state = 'fetching', detail = '', attempts = attempts + 1, attempt_id = $attempt,
                    recipe_digest = $digest, next_attempt = NULL, changed_at = $now
                WHERE id = $build
                """,
                ("$build", buildId),
                ("$attempt", id),
                ("$digest", recipeDigest),
                ("$now", now)
            );
            EventStore.AddOf(session, now, EventKind.Started, buildId, "");
            return id;
        });
    }

    /// <summary>The source is there and is the one that was listed; peipkg-build starts.</summary>
    public void Fetched(long buildId, long attemptId)
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute("UPDATE attempt SET fetched_at = $now WHERE id = $id", ("$id", attemptId), ("$now", now));
            SetState(session, buildId, BuildState.Building, now);
        });
    }

    /// <summary>The verified packages are in <c>publish/</c>; from here on only publishing is left to do.</summary>
    public void Built(long buildId, long attemptId, IReadOnlyList<BuildOutput> outputs)
    {
        long now = Now();
        database.Write(session =>
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

            session.Execute("UPDATE attempt SET built_at = $now WHERE id = $id", ("$id", attemptId), ("$now", now));
            SetState(session, buildId, BuildState.Publishing, now);
            EventStore.AddOf(session, now, EventKind.Built, buildId, "");
        });
    }

    /// <summary>The repository names the packages.</summary>
    /// <param name="buildId">The story.</param>
    /// <param name="attemptId">Its attempt.</param>
    /// <param name="generation">The index_version that names them.</param>
    /// <param name="synced">True when there is no target left to sync to.</param>
    public void Published(long buildId, long attemptId, long generation, bool synced)
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute(
                "UPDATE attempt SET published_at = $now, ended_at = $now, result = 'done' WHERE id = $id",
                ("$id", attemptId),
                ("$now", now)
            );
            EventStore.AddOf(session, now, EventKind.Published, buildId, "");
            if (session.Scalar<long>("SELECT failures + trouble FROM build WHERE id = $build", ("$build", buildId)) > 0)
            {
                EventStore.AddOf(session, now, EventKind.Recovered, buildId, "");
            }

            session.Execute(
                """
                UPDATE build SET state = $state, detail = 'published', failures = 0, trouble = 0, cause = NULL, hold = NULL,
                    next_attempt = NULL, generation = $generation, changed_at = $now
                WHERE id = $build
                """,
                ("$build", buildId),
                ("$state", synced ? "done" : "syncing"),
                ("$generation", generation),
                ("$now", now)
            );
        });
    }

    /// <summary>
    /// The attempt failed before its packages were ready: the story waits until <paramref name="nextAttempt"/> and
    /// then begins again; null: it is given up until someone acts.
    /// </summary>
    public void Failed(long buildId, long attemptId, FailureCause cause, string detail, DateTimeOffset? nextAttempt)
    {
        long now = Now();
        database.Write(session =>
        {
            End(session, attemptId, "failed", cause, detail, now);
            Delay(session, buildId, BuildState.Failed, cause, detail, nextAttempt, now);
        });
    }

    /// <summary>Publishing failed: the packages stay in <c>publish/</c> and only publishing is tried again.</summary>
    public void PublishFailed(long buildId, long attemptId, string detail, DateTimeOffset nextAttempt)
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute(
                "UPDATE attempt SET detail = $detail WHERE id = $id",
                ("$id", attemptId),
                ("$detail", detail)
            );
            Delay(session, buildId, BuildState.Publishing, FailureCause.Infrastructure, detail, nextAttempt, now);
        });
    }

    /// <summary>An operator stopped the attempt; the story is held.</summary>
    public void Cancelled(long buildId, long attemptId, string detail)
    {
        long now = Now();
        database.Write(session =>
        {
            End(session, attemptId, "cancelled", null, detail, now);
            session.Execute(
                """
                UPDATE build SET state = 'skipped', detail = $detail, hold = coalesce(hold, 'cancelled'), next_attempt = NULL,
                    changed_at = $now
                WHERE id = $build
                """,
                ("$build", buildId),
                ("$detail", detail),
                ("$now", now)
            );
            EventStore.AddOf(session, now, EventKind.Cancelled, buildId, detail);
        });
    }

    /// <summary>What the attempt left in <c>publish/</c>.</summary>
    public IReadOnlyList<BuildOutput> Outputs(long attemptId) =>
        database.Read(session =>
            session.Query(
                "SELECT file_name, sha256, size FROM output WHERE attempt_id = $id ORDER BY file_name",
                row => new BuildOutput(row.GetString(0), row.GetString(1), row.GetInt64(2)),
                ("$id", attemptId)
            )
        );

    /// <summary>
    /// After a crash: stories that were fetching or building go back to queued, without counting it against them.
    /// Called while nothing is under way.
    /// </summary>
    /// <returns>How many were under way.</returns>
    public int Requeue()
    {
        long now = Now();
        return database.Write(session =>
        {
            foreach (
                long id in session.Query(
                    "SELECT id FROM build WHERE state IN ('fetching', 'building')",
                    row => row.GetInt64(0)
                )
            )
            {
                EventStore.AddOf(session, now, EventKind.Interrupted, id, "the manager was stopped");
            }

            session.Execute(
                """
                UPDATE attempt SET ended_at = $now, result = 'interrupted', detail = 'the manager was stopped'
                WHERE ended_at IS NULL
                  AND build_id IN (SELECT id FROM build WHERE state IN ('fetching', 'building'))
                """,
                ("$now", now)
            );
            return session.Execute(
                """
                UPDATE build SET state = CASE WHEN hold IS NULL THEN 'queued' ELSE 'skipped' END,
                    detail = 'the manager was stopped during the last attempt', next_attempt = NULL, changed_at = $now
                WHERE state IN ('fetching', 'building')
                """,
                ("$now", now)
            );
        });
    }

    /// <summary>A publishing story whose packages are of no use begins again from its source.</summary>
    public void Rebuild(long buildId, long attemptId, string detail)
    {
        long now = Now();
        database.Write(session =>
        {
            End(session, attemptId, "interrupted", null, detail, now);
            session.Execute(
                "UPDATE build SET state = 'queued', detail = $detail, next_attempt = NULL, changed_at = $now WHERE id = $build",
                ("$build", buildId),
                ("$detail", detail),
                ("$now", now)
            );
            EventStore.AddOf(session, now, EventKind.Interrupted, buildId, detail);
        });
    }

    private static void SetState(DatabaseSession session, long buildId, BuildState state, long now) =>
        session.Execute(
            "UPDATE build SET state = $state, changed_at = $now WHERE id = $build",
            ("$build", buildId),
            ("$state", state.Text()),
            ("$now", now)
        );

    private static void End(
        DatabaseSession session,
        long attemptId,
        string result,
        FailureCause? cause,
        string detail,
        long now
    ) =>
        session.Execute(
            "UPDATE attempt SET ended_at = $now, result = $result, cause = $cause, detail = $detail WHERE id = $id",
            ("$id", attemptId),
            ("$result", result),
            ("$cause", cause?.Text()),
            ("$detail", detail),
            ("$now", now)
        );

    private static void Delay(
        DatabaseSession session,
        long buildId,
        BuildState state,
        FailureCause cause,
        string detail,
        DateTimeOffset? nextAttempt,
        long now
    )
    {
        session.Execute(
            """
            UPDATE build SET state = $state, detail = $detail, cause = $cause,
                failures = failures + ($cause = 'recipe'), trouble = trouble + ($cause <> 'recipe'),
                hold = CASE WHEN $next IS NULL THEN 'given-up' ELSE hold END, next_attempt = $next, changed_at = $now
            WHERE id = $build
            """,
            ("$build", buildId),
            ("$state", state.Text()),
            ("$detail", detail),
            ("$cause", cause.Text()),
            ("$next", nextAttempt?.ToUnixTimeMilliseconds()),
            ("$now", now)
        );
        EventStore.AddOf(session, now, EventKind.Failed, buildId, detail);
        if (nextAttempt is null)
        {
            EventStore.AddOf(session, now, EventKind.GivenUp, buildId, detail);
        }
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
