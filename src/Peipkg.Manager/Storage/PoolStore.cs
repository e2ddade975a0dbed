namespace Peipkg.Manager.Storage;

/// <summary>Remembers which pools operators have drained.</summary>
internal sealed class PoolStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>The reason for each pool that is drained, by its name.</summary>
    public IReadOnlyDictionary<string, string> Drained() =>
        database
            .Read(session =>
                session.Query(
                    "SELECT name, reason FROM drained_pool",
                    row => (Name: row.GetString(0), row.GetString(1))
                )
            )
            .ToDictionary(row => row.Name, row => row.Item2, StringComparer.Ordinal);

    /// <summary>An operator wants no more builds to begin in a pool.</summary>
    public void Drain(string name, string reason, string? by = null)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        database.Write(session =>
        {
            session.Execute(
                """
                INSERT INTO drained_pool (name, reason, drained_at) VALUES ($name, $reason, $now)
                ON CONFLICT (name) DO UPDATE SET reason = excluded.reason
                """,
                ("$name", name),
                ("$reason", reason),
                ("$now", now)
            );
            EventStore.Add(session, now, EventKind.Paused, null, null, null, $"pool {name}: {reason}", by);
        });
    }

    /// <summary>Takes that back.</summary>
    /// <returns>False when it was not drained.</returns>
    public bool Resume(string name, string? by = null)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return database.Write(session =>
        {
            bool changed = session.Execute("DELETE FROM drained_pool WHERE name = $name", ("$name", name)) > 0;
            if (changed)
            {
                EventStore.Add(session, now, EventKind.Resumed, null, null, null, $"pool {name}", by);
            }

            return changed;
        });
    }
}
