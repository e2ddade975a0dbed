namespace Peipkg.Manager.Storage;

/// <summary>Records each step of an attempt in one transaction with the state of its story.</summary>
internal sealed class AttemptStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>Begins an attempt: the story is fetching, the attempt's id names its directories and log.</summary>
    /// <returns>The attempt's id.</returns>
    public long Begin(long buildId)
    {
        long now = Now();
        return database.Write(session =>
        {
            session.Execute(
                "INSERT INTO attempt (build_id, started_at, log) VALUES ($build, $now, '')", ("$build", buildId), ("$now", now));
            long id = session.Scalar<long>("SELECT last_insert_rowid()");
            session.Execute(
                "UPDATE attempt SET log = $log WHERE id = $id", ("$id", id), ("$log", $"logs/{id}.log"));
            session.Execute(
                """
                UPDATE build SET state = 'fetching', detail = '', attempts = attempts + 1, attempt_id = $attempt,
                    next_attempt = NULL, changed_at = $now
                WHERE id = $build
                """,
                ("$build", buildId), ("$attempt", id), ("$now", now));
            return id;
        });
    }

    /// <summary>The source is there and is the one that was listed; peipkg-build starts.</summary>
    public void Fetched(long buildId, long attemptId) => Step(buildId, attemptId, "fetched_at", "building");

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
                    ("$attempt", attemptId), ("$file", output.FileName), ("$sha", output.Sha256), ("$size", output.Size));
            }

            session.Execute("UPDATE attempt SET built_at = $now WHERE id = $id", ("$id", attemptId), ("$now", now));
            SetState(session, buildId, "publishing", now);
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
                ("$id", attemptId), ("$now", now));
            session.Execute(
                """
                UPDATE build SET state = $state, detail = 'published', failures = 0, next_attempt = NULL,
                    generation = $generation, changed_at = $now
                WHERE id = $build
                """,
                ("$build", buildId), ("$state", synced ? "done" : "syncing"), ("$generation", generation), ("$now", now));
        });
    }

    /// <summary>
    /// The attempt failed before its packages were ready: the story waits until <paramref name="nextAttempt"/> and
    /// then begins again.
    /// </summary>
    public void Failed(long buildId, long attemptId, FailureCause cause, string detail, DateTimeOffset nextAttempt)
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute(
                "UPDATE attempt SET ended_at = $now, result = 'failed', cause = $cause, detail = $detail WHERE id = $id",
                ("$id", attemptId), ("$cause", cause.Text()), ("$detail", detail), ("$now", now));
            Delay(session, buildId, "failed", detail, nextAttempt, now);
        });
    }

    /// <summary>Publishing failed: the packages stay in <c>publish/</c> and only publishing is tried again.</summary>
    public void PublishFailed(long buildId, long attemptId, string detail, DateTimeOffset nextAttempt)
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute("UPDATE attempt SET detail = $detail WHERE id = $id", ("$id", attemptId), ("$detail", detail));
            Delay(session, buildId, "publishing", detail, nextAttempt, now);
        });
    }

    /// <summary>Nothing needed doing after all: the attempt ends without a result of its own.</summary>
    public void Skipped(long buildId, long attemptId, BuildState state, string detail)
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute(
                "UPDATE attempt SET ended_at = $now, result = 'skipped', detail = $detail WHERE id = $id",
                ("$id", attemptId), ("$detail", detail), ("$now", now));
            session.Execute(
                "UPDATE build SET state = $state, detail = $detail, failures = 0, next_attempt = NULL, changed_at = $now WHERE id = $build",
                ("$build", buildId), ("$state", state.Text()), ("$detail", detail), ("$now", now));
        });
    }

    /// <summary>What the attempt left in <c>publish/</c>.</summary>
    public IReadOnlyList<BuildOutput> Outputs(long attemptId) => database.Read(session => session.Query(
        "SELECT file_name, sha256, size FROM output WHERE attempt_id = $id ORDER BY file_name",
        row => new BuildOutput(row.GetString(0), row.GetString(1), row.GetInt64(2)),
        ("$id", attemptId)));

    /// <summary>
    /// After a crash: stories that were fetching or building go back to queued, without counting it against them.
    /// Called once, before anything is begun.
    /// </summary>
    /// <returns>How many were under way.</returns>
    public int Requeue()
    {
        long now = Now();
        return database.Write(session =>
        {
            session.Execute(
                """
                UPDATE attempt SET ended_at = $now, result = 'interrupted', detail = 'the manager was stopped'
                WHERE ended_at IS NULL
                  AND build_id IN (SELECT id FROM build WHERE state IN ('fetching', 'building'))
                """,
                ("$now", now));
            return session.Execute(
                """
                UPDATE build SET state = 'queued', detail = 'the manager was stopped during the last attempt',
                    next_attempt = NULL, changed_at = $now
                WHERE state IN ('fetching', 'building')
                """,
                ("$now", now));
        });
    }

    /// <summary>A publishing story whose packages are not what was recorded begins again from its source.</summary>
    public void Rebuild(long buildId, long attemptId, string detail)
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute(
                "UPDATE attempt SET ended_at = $now, result = 'interrupted', detail = $detail WHERE id = $id",
                ("$id", attemptId), ("$detail", detail), ("$now", now));
            session.Execute(
                "UPDATE build SET state = 'queued', detail = $detail, next_attempt = NULL, changed_at = $now WHERE id = $build",
                ("$build", buildId), ("$detail", detail), ("$now", now));
        });
    }

    private void Step(long buildId, long attemptId, string column, string state)
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute($"UPDATE attempt SET {column} = $now WHERE id = $id", ("$id", attemptId), ("$now", now));
            SetState(session, buildId, state, now);
        });
    }

    private static void SetState(DatabaseSession session, long buildId, string state, long now) => session.Execute(
        "UPDATE build SET state = $state, changed_at = $now WHERE id = $build",
        ("$build", buildId), ("$state", state), ("$now", now));

    private static void Delay(
        DatabaseSession session, long buildId, string state, string detail, DateTimeOffset nextAttempt, long now) =>
        session.Execute(
            """
            UPDATE build SET state = $state, detail = $detail, failures = failures + 1, next_attempt = $next, changed_at = $now
            WHERE id = $build
            """,
            ("$build", buildId), ("$state", state), ("$detail", detail),
            ("$next", nextAttempt.ToUnixTimeMilliseconds()), ("$now", now));

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
