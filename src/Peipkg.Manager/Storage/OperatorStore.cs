namespace Peipkg.Manager.Storage;

/// <summary>
/// What an operator decides about stories, recipes and the whole farm. Works on the database alone, so also while no
/// daemon runs; a running one sees it at its next look.
/// </summary>
internal sealed class OperatorStore(ManagerDatabase database, TimeProvider clock)
{
    private const string Paused = "paused";

    /// <summary>Makes a story due at once, whatever failed or was decided before; a published one is built anew.</summary>
    /// <returns>False when it is under way already.</returns>
    public bool Retry(long buildId)
    {
        long now = Now();
        return database.Write(session =>
        {
            int changed = session.Execute(
                """
                UPDATE build SET state = CASE state WHEN 'publishing' THEN 'publishing' ELSE 'queued' END,
                    reason = CASE state WHEN 'publishing' THEN reason ELSE 'operator' END, detail = 'asked for by an operator',
                    hold = NULL, failures = 0, trouble = 0, cause = NULL, next_attempt = NULL, changed_at = $now
                WHERE id = $id AND state IN ('queued', 'publishing', 'failed', 'done', 'skipped')
                """,
                ("$id", buildId),
                ("$now", now)
            );
            if (changed > 0)
            {
                EventStore.AddOf(session, now, EventKind.Retried, buildId, "");
            }

            return changed > 0;
        });
    }

    /// <summary>Holds a story that is not under way; one that is must be stopped by whoever runs it.</summary>
    /// <param name="buildId">The story.</param>
    /// <param name="hold">Cancelled, or rejected for good.</param>
    /// <param name="reason">In the operator's words.</param>
    /// <returns>False when it is under way, or finished.</returns>
    public bool Hold(long buildId, BuildHold hold, string reason)
    {
        long now = Now();
        return database.Write(session =>
        {
            int changed = session.Execute(
                """
                UPDATE build SET state = 'skipped', hold = $hold, detail = $reason, next_attempt = NULL, changed_at = $now
                WHERE id = $id AND state IN ('queued', 'publishing', 'failed', 'skipped')
                """,
                ("$id", buildId),
                ("$hold", hold.Text()),
                ("$reason", reason),
                ("$now", now)
            );
            if (changed > 0)
            {
                EventStore.AddOf(
                    session,
                    now,
                    hold == BuildHold.Rejected ? EventKind.Rejected : EventKind.Cancelled,
                    buildId,
                    reason
                );
            }

            return changed > 0;
        });
    }

    /// <summary>Begins no more builds, of one recipe or (null) of all; polling goes on.</summary>
    public void Pause(string? recipe, string reason)
    {
        long now = Now();
        database.Write(session =>
        {
            if (recipe is null)
            {
                session.Execute(
                    """
                    INSERT INTO setting (key, value, changed_at) VALUES ($key, $reason, $now)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
                    """,
                    ("$key", Paused),
                    ("$reason", reason),
                    ("$now", now)
                );
            }
            else
            {
                session.Execute(
                    """
                    INSERT INTO recipe (name, paused_at, pause_reason) VALUES ($recipe, $now, $reason)
                    ON CONFLICT (name) DO UPDATE SET paused_at = excluded.paused_at, pause_reason = excluded.pause_reason
                    """,
                    ("$recipe", recipe),
                    ("$reason", reason),
                    ("$now", now)
                );
            }

            EventStore.Add(session, now, EventKind.Paused, recipe, null, null, reason);
        });
    }

    /// <summary>Takes a pause back.</summary>
    /// <returns>False when there was none.</returns>
    public bool Resume(string? recipe)
    {
        long now = Now();
        return database.Write(session =>
        {
            int changed = recipe is null
                ? session.Execute("DELETE FROM setting WHERE key = $key", ("$key", Paused))
                : session.Execute(
                    "UPDATE recipe SET paused_at = NULL, pause_reason = '' WHERE name = $recipe AND paused_at IS NOT NULL",
                    ("$recipe", recipe)
                );
            if (changed > 0)
            {
                EventStore.Add(session, now, EventKind.Resumed, recipe, null, null, "");
            }

            return changed > 0;
        });
    }

    /// <summary>Why the whole farm is paused; null when it is not.</summary>
    public string? FarmPause() =>
        database.Read(session =>
            session.Scalar<string>("SELECT value FROM setting WHERE key = $key", ("$key", Paused))
        );

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
