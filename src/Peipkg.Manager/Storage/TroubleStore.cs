using Microsoft.Data.Sqlite;

namespace Peipkg.Manager.Storage;

/// <summary>How bad a trouble is.</summary>
internal enum TroubleSeverity
{
    /// <summary>The farm does its work; someone should look all the same.</summary>
    Warning,

    /// <summary>The farm does not do all of its work.</summary>
    Error,
}

/// <summary>A trouble as it is remembered.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Since">Since when.</param>
/// <param name="Detail">In a sentence.</param>
/// <param name="IsKept">Whether it stays until it is acknowledged: something happened, which is no state that ends.</param>
internal sealed record KnownTrouble(
    string Key,
    TroubleSeverity Severity,
    DateTimeOffset Since,
    string Detail,
    bool IsKept
);

/// <summary>An operator knows of a trouble.</summary>
/// <param name="Key">Of the trouble.</param>
/// <param name="Reason">In the operator's words.</param>
/// <param name="At">When.</param>
/// <param name="Until">When it counts again; null: as long as it lasts.</param>
internal sealed record Acknowledgement(string Key, string Reason, DateTimeOffset At, DateTimeOffset? Until)
{
    /// <summary>Whether its time has passed.</summary>
    public bool IsOver(DateTimeOffset now) => Until <= now;
}

/// <summary>The tables of troubles and of what operators said of them.</summary>
internal sealed class TroubleStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>Every trouble that is remembered.</summary>
    public IReadOnlyList<KnownTrouble> All() => database.Read(Read);

    /// <summary>What operators said that still counts.</summary>
    public IReadOnlyList<Acknowledgement> Acknowledged()
    {
        DateTimeOffset now = Time(Now());
        return [.. Said().Where(said => !said.IsOver(now))];
    }

    /// <summary>Something happened that someone must look at; it stays until it is acknowledged.</summary>
    public void Keep(string key, TroubleSeverity severity, string detail)
    {
        long now = Now();
        database.Write(session =>
        {
            Add(session, key, severity, detail, isKept: true, now);
        });
    }

    /// <summary>
    /// Takes over what is wrong now: what is new is told, what is over is forgotten. What was said counts for the trouble of
    /// which it was said, never for a later one of the same name, and no longer than it was said to.
    /// </summary>
    /// <param name="present">What is wrong; of each whether an event of its own has told it.</param>
    public void Observe(IReadOnlyList<(string Key, TroubleSeverity Severity, string Detail, bool IsTold)> present)
    {
        Dictionary<string, KnownTrouble> known = All().ToDictionary(t => t.Key, StringComparer.Ordinal);
        List<(string Key, TroubleSeverity Severity, string Detail, bool IsTold)> fresh =
        [
            .. present.Where(t => !known.TryGetValue(t.Key, out KnownTrouble? k) || k.Severity != t.Severity),
        ];
        HashSet<string> keys = [.. present.Select(t => t.Key)];
        List<string> over = [.. known.Values.Where(t => !t.IsKept && !keys.Contains(t.Key)).Select(t => t.Key)];
        keys.UnionWith(known.Values.Where(t => t.IsKept).Select(t => t.Key));
        long now = Now();
        List<string> unsaid = [.. Said().Where(s => s.IsOver(Time(now)) || !keys.Contains(s.Key)).Select(s => s.Key)];
        if (fresh.Count + over.Count + unsaid.Count == 0)
        {
            return;
        }

        database.Write(session =>
        {
            foreach ((string key, TroubleSeverity severity, string detail, bool isTold) in fresh)
            {
                Add(session, key, severity, detail, isKept: false, now);
                if (!isTold && !known.ContainsKey(key))
                {
                    EventStore.Add(session, now, EventKind.Trouble, null, null, null, $"{key}: {detail}");
                }
            }

            foreach (string key in over)
            {
                session.Execute("DELETE FROM trouble WHERE key = $key", ("$key", key));
                EventStore.Add(session, now, EventKind.TroubleOver, null, null, null, key);
            }

            foreach (string key in unsaid)
            {
                session.Execute("DELETE FROM acknowledgement WHERE key = $key", ("$key", key));
            }
        });
    }

    /// <summary>An operator knows of it.</summary>
    /// <param name="key">Of the trouble.</param>
    /// <param name="reason">In the operator's words.</param>
    /// <param name="until">When it counts again; null: as long as it lasts.</param>
    /// <param name="by">The operator, where that is known.</param>
    public void Acknowledge(string key, string reason, DateTimeOffset? until, string? by = null)
    {
        long now = Now();
        database.Write(session =>
        {
            bool kept = session.Scalar<long>("SELECT kept FROM trouble WHERE key = $key", ("$key", key)) != 0;
            if (kept && until is null)
            {
                // What happened once has been looked at, and that is the end of it.
                session.Execute("DELETE FROM trouble WHERE key = $key", ("$key", key));
            }
            else
            {
                session.Execute(
                    """
                    INSERT INTO acknowledgement (key, reason, at, until) VALUES ($key, $reason, $now, $until)
                    ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, at = excluded.at, until = excluded.until
                    """,
                    ("$key", key),
                    ("$reason", reason),
                    ("$now", now),
                    ("$until", until?.ToUnixTimeMilliseconds())
                );
            }

            EventStore.Add(session, now, EventKind.Acknowledged, null, null, null, $"{key}: {reason}", by);
        });
    }

    // Also what counts no more and was not forgotten yet.
    private List<Acknowledgement> Said() =>
        database.Read(session =>
            session.Query(
                "SELECT key, reason, at, until FROM acknowledgement",
                row => new Acknowledgement(
                    row.GetString(0),
                    row.GetString(1),
                    Time(row.GetInt64(2)),
                    row.IsDBNull(3) ? null : Time(row.GetInt64(3))
                )
            )
        );

    private static void Add(
        DatabaseSession session,
        string key,
        TroubleSeverity severity,
        string detail,
        bool isKept,
        long now
    ) =>
        session.Execute(
            """
            INSERT INTO trouble (key, severity, since, detail, kept) VALUES ($key, $severity, $now, $detail, $kept)
            ON CONFLICT (key) DO UPDATE SET severity = excluded.severity, detail = excluded.detail
            """,
            ("$key", key),
            ("$severity", severity.Text()),
            ("$now", now),
            ("$detail", detail),
            ("$kept", isKept ? 1 : 0)
        );

    private static List<KnownTrouble> Read(DatabaseSession session) =>
        session.Query(
            "SELECT key, severity, since, detail, kept FROM trouble",
            (SqliteDataReader row) =>
                new KnownTrouble(
                    row.GetString(0),
                    EnumText.ParseSeverity(row.GetString(1)),
                    Time(row.GetInt64(2)),
                    row.GetString(3),
                    row.GetInt64(4) != 0
                )
        );

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
