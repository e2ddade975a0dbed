namespace Peipkg.Manager.Storage;

// The ways that an attempt takes: from the queue to the repository, or back.
internal sealed partial class BuildMoves
{
    /// <summary>The build loop: an attempt begins. Its number names its directories and its log.</summary>
    /// <param name="buildId">The build.</param>
    /// <param name="recipeDigest">The recipe's folder as it is now; null when it cannot be read.</param>
    /// <param name="pool">Where it runs; null where the farm has no pools.</param>
    /// <returns>The attempt's number; null when the build waits for none any more: an operator was quicker.</returns>
    public long? Begin(long buildId, string? recipeDigest, string? pool = null)
    {
        long now = Now();
        return database.Write<long?>(session =>
        {
            bool moved = Move(
                session,
                buildId,
                [BuildState.Queued, BuildState.Failed],
                BuildState.Fetching,
                "detail = '', attempts = attempts + 1, recipe_digest = $digest, released = 0, next_attempt = NULL",
                now,
                ("$digest", recipeDigest)
            );
            if (!moved)
            {
                return null;
            }

            long id = AttemptStore.Add(session, buildId, recipeDigest, pool, now);
            session.Execute("UPDATE build SET attempt_id = $id WHERE id = $build", ("$id", id), ("$build", buildId));
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
            AttemptStore.Reached(session, attemptId, "fetched_at", now);
            Move(session, buildId, [BuildState.Fetching], BuildState.Building, "detail = ''", now);
        });
    }

    /// <summary>The verified packages are in <c>publish/</c>; from here on only publishing is left to do.</summary>
    public void Built(long buildId, long attemptId, IReadOnlyList<BuildOutput> outputs)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.AddOutputs(session, attemptId, outputs);
            AttemptStore.Reached(session, attemptId, "built_at", now);
            Move(session, buildId, [BuildState.Building], BuildState.Publishing, "detail = ''", now);
            EventStore.AddOf(session, now, EventKind.Built, buildId, "");
        });
    }

    /// <summary>The publisher: the repository names the packages, whatever an operator said in the meantime.</summary>
    /// <param name="buildId">The build.</param>
    /// <param name="attemptId">Its attempt.</param>
    /// <param name="generation">The index_version that names them.</param>
    /// <param name="synced">True when there is no target left to sync to.</param>
    public void Published(long buildId, long attemptId, long generation, bool synced)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.Reached(session, attemptId, "published_at", now);
            AttemptStore.End(session, attemptId, "done", null, null, now);
            EventStore.AddOf(session, now, EventKind.Published, buildId, "");
            if (session.Scalar<long>("SELECT failures + trouble FROM build WHERE id = $build", ("$build", buildId)) > 0)
            {
                EventStore.AddOf(session, now, EventKind.Recovered, buildId, "");
            }

            Move(
                session,
                buildId,
                [BuildState.Publishing, BuildState.Held, BuildState.Skipped],
                synced ? BuildState.Done : BuildState.Syncing,
                """
                detail = 'published', failures = 0, trouble = 0, cause = NULL, hold = NULL, next_attempt = NULL,
                    generation = $generation
                """,
                now,
                ("$generation", generation)
            );
        });
    }

    /// <summary>
    /// The attempt failed before its packages were ready: the build waits until <paramref name="nextAttempt"/> and then
    /// begins again; null: it is given up until someone acts.
    /// </summary>
    public void Failed(long buildId, long attemptId, FailureCause cause, string detail, DateTimeOffset? nextAttempt)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.End(session, attemptId, "failed", cause, detail, now);
            Delay(
                session,
                buildId,
                [BuildState.Fetching, BuildState.Building],
                BuildState.Failed,
                cause,
                detail,
                nextAttempt,
                now
            );
        });
    }

    /// <summary>The pool could not build it: it goes back to the queue, without counting that against it.</summary>
    public void GiveBack(long buildId, long attemptId, string detail) =>
        BeginAgain(buildId, attemptId, [BuildState.Fetching, BuildState.Building], detail);

    /// <summary>The publisher: the packages stay in <c>publish/</c> and only publishing is tried again.</summary>
    public void PublishFailed(long buildId, long attemptId, string detail, DateTimeOffset nextAttempt)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.Explain(session, attemptId, detail);
            Delay(
                session,
                buildId,
                [BuildState.Publishing, BuildState.Held],
                to: null,
                FailureCause.Infrastructure,
                detail,
                nextAttempt,
                now
            );
        });
    }

    /// <summary>The publisher: something holds publishing up that is nobody's failure; it looks again.</summary>
    public void PublishWaits(long buildId, string detail, DateTimeOffset nextLook)
    {
        long now = Now();
        database.Write(session =>
        {
            Move(
                session,
                buildId,
                [BuildState.Publishing, BuildState.Held],
                to: null,
                "detail = $detail, cause = NULL, next_attempt = $next",
                now,
                ("$detail", detail),
                ("$next", nextLook.ToUnixTimeMilliseconds())
            );
        });
    }

    /// <summary>
    /// The publisher: publishing the packages would break what is published. They wait in <c>publish/</c> until that is
    /// over or an operator decides, and what they would break is built again, all in one step.
    /// </summary>
    /// <param name="buildId">The build.</param>
    /// <param name="detail">What would break, in words.</param>
    /// <param name="lacks">What would lack what.</param>
    /// <param name="rebuilt">The recipes that are dealt with by <paramref name="rebuilds"/>, or cannot be.</param>
    /// <param name="rebuilds">What is built again for it.</param>
    /// <param name="nextLook">When to look again; what is published meanwhile ends the wait earlier.</param>
    /// <returns>False when it was held already, for the same reason.</returns>
    public bool Held(
        long buildId,
        string detail,
        IReadOnlyList<Lack> lacks,
        IReadOnlyList<string> rebuilt,
        IReadOnlyList<QueueEntry> rebuilds,
        DateTimeOffset nextLook
    )
    {
        long now = Now();
        return database.Write(session =>
        {
            bool known =
                session.Scalar<string>(
                    "SELECT detail FROM build WHERE id = $build AND state = 'held'",
                    ("$build", buildId)
                ) == detail;
            bool moved = Move(
                session,
                buildId,
                [BuildState.Publishing, BuildState.Held],
                BuildState.Held,
                "detail = $detail, failures = 0, trouble = 0, cause = NULL, next_attempt = $next",
                now,
                ("$detail", detail),
                ("$next", nextLook.ToUnixTimeMilliseconds())
            );
            if (!moved)
            {
                return false;
            }

            HashSet<string> done = BuildStore.Replace(session, buildId, lacks);
            done.UnionWith(rebuilt);
            BuildStore.MarkRebuilt(session, buildId, done);
            Rebuild(session, rebuilds, now, by: null);
            if (!known)
            {
                EventStore.AddOf(session, now, EventKind.Held, buildId, detail);
            }

            return !known;
        });
    }

    /// <summary>What is held is looked at again: the rules may be others by now, or the repository another.</summary>
    public void LookAgain()
    {
        long now = Now();
        database.Write(session =>
        {
            session.Execute("UPDATE build SET next_attempt = $now WHERE state = 'held'", ("$now", now));
        });
    }

    /// <summary>
    /// The repository can never take the packages of this version; the build is given up until the recipe or the tag
    /// changes, or someone acts. Its attempt ends, where one has begun.
    /// </summary>
    /// <param name="buildId">The build.</param>
    /// <param name="recipeDigest">The recipe's folder that was judged; null: as at the latest attempt.</param>
    /// <param name="detail">Why, and what to do.</param>
    public void Unpublishable(long buildId, string? recipeDigest, string detail)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.EndLatest(session, buildId, "failed", FailureCause.Recipe, detail, now);
            session.Execute(
                "UPDATE build SET recipe_digest = coalesce($digest, recipe_digest) WHERE id = $build",
                ("$digest", recipeDigest),
                ("$build", buildId)
            );
            Delay(
                session,
                buildId,
                [BuildState.Queued, BuildState.Failed, BuildState.Publishing, BuildState.Held],
                BuildState.Failed,
                FailureCause.Recipe,
                detail,
                nextAttempt: null,
                now
            );
        });
    }

    /// <summary>An operator stopped the attempt; the build is held.</summary>
    /// <param name="buildId">The build.</param>
    /// <param name="attemptId">Its attempt.</param>
    /// <param name="hold">Cancelled, or rejected for good.</param>
    /// <param name="reason">In the operator's words.</param>
    /// <param name="by">The operator, where that is known.</param>
    public void Cancelled(long buildId, long attemptId, BuildHold hold, string reason, string? by = null)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.End(session, attemptId, "cancelled", null, reason, now);
            Move(
                session,
                buildId,
                [BuildState.Fetching, BuildState.Building, BuildState.Publishing, BuildState.Held],
                BuildState.Skipped,
                "detail = $detail, hold = $hold, next_attempt = NULL",
                now,
                ("$hold", hold.Text()),
                ("$detail", reason)
            );
            EventStore.AddOf(session, now, Kind(hold), buildId, reason, by);
        });
    }

    /// <summary>
    /// After a crash: builds that were fetching or building go back to the queue, without counting it against them.
    /// Called while nothing is under way.
    /// </summary>
    /// <returns>How many were under way.</returns>
    public int Requeue()
    {
        const string Reason = "the manager was stopped";
        long now = Now();
        return database.Write(session =>
        {
            int count = 0;
            foreach ((long id, bool held) in BuildStore.UnderWay(session))
            {
                EventStore.AddOf(session, now, EventKind.Interrupted, id, Reason);
                AttemptStore.EndLatest(session, id, "interrupted", null, Reason, now);
                Move(
                    session,
                    id,
                    [BuildState.Fetching, BuildState.Building],
                    held ? BuildState.Skipped : BuildState.Queued,
                    "detail = 'the manager was stopped during the last attempt', next_attempt = NULL",
                    now
                );
                count++;
            }

            AttemptStore.EndReproductions(session, Reason, now);
            return count;
        });
    }

    /// <summary>The packages of a build that is to be published are of no use: it begins again from its source.</summary>
    public void Rebuild(long buildId, long attemptId, string detail) =>
        BeginAgain(buildId, attemptId, [BuildState.Publishing, BuildState.Held], detail);

    private void BeginAgain(long buildId, long attemptId, BuildState[] from, string detail)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.End(session, attemptId, "interrupted", null, detail, now);
            Move(
                session,
                buildId,
                from,
                BuildState.Queued,
                "detail = $detail, next_attempt = NULL",
                now,
                ("$detail", detail)
            );
            EventStore.AddOf(session, now, EventKind.Interrupted, buildId, detail);
        });
    }

    private static void Delay(
        DatabaseSession session,
        long buildId,
        ReadOnlySpan<BuildState> from,
        BuildState? to,
        FailureCause cause,
        string detail,
        DateTimeOffset? nextAttempt,
        long now
    )
    {
        Move(
            session,
            buildId,
            from,
            to,
            """
            detail = $detail, cause = $cause,
                failures = failures + ($cause = 'recipe'), trouble = trouble + ($cause <> 'recipe'),
                hold = CASE WHEN $next IS NULL THEN 'given-up' ELSE hold END, next_attempt = $next
            """,
            now,
            ("$detail", detail),
            ("$cause", cause.Text()),
            ("$next", nextAttempt?.ToUnixTimeMilliseconds())
        );
        EventStore.AddOf(session, now, EventKind.Failed, buildId, detail);
        if (nextAttempt is null)
        {
            EventStore.AddOf(session, now, EventKind.GivenUp, buildId, detail);
        }
    }
}
