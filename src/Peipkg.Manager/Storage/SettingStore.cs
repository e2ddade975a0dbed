using System.Globalization;

namespace Peipkg.Manager.Storage;

/// <summary>Single values that the farm remembers as a whole.</summary>
internal sealed class SettingStore(ManagerDatabase database, TimeProvider clock)
{
    // The key is also in BuildStore's queries.
    private const string Paused = "paused";

    /// <summary>A number; null when it was never set.</summary>
    public long? Number(string key) =>
        database.Read(session => session.Scalar<string>("SELECT value FROM setting WHERE key = $key", ("$key", key)))
            is { } text
        && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;

    public void Set(string key, long value) =>
        database.Write(session => Set(session, key, value.ToString(CultureInfo.InvariantCulture), Now()));

    public void Forget(string key) =>
        database.Write(session =>
        {
            session.Execute("DELETE FROM setting WHERE key = $key", ("$key", key));
        });

    /// <summary>Forgets everything whose key begins with a word, but for some.</summary>
    public void Keep(string word, IReadOnlyCollection<string> keys) =>
        database.Write(session =>
        {
            foreach (
                string key in session
                    .Query("SELECT key FROM setting WHERE key >= $word", row => row.GetString(0), ("$word", word))
                    .Where(key => key.StartsWith(word, StringComparison.Ordinal) && !keys.Contains(key))
            )
            {
                session.Execute("DELETE FROM setting WHERE key = $key", ("$key", key));
            }
        });

    /// <summary>Sets a number that was never set.</summary>
    public void SetOnce(string key, long value)
    {
        if (Number(key) is null)
        {
            Set(key, value);
        }
    }

    /// <summary>Why an operator has paused the whole farm; null when none has.</summary>
    public string? PauseReason() =>
        database.Read(session =>
            session.Scalar<string>("SELECT value FROM setting WHERE key = $key", ("$key", Paused))
        );

    /// <summary>An operator wants no more builds to begin; polling goes on.</summary>
    public void Pause(string reason, string? by = null)
    {
        long now = Now();
        database.Write(session =>
        {
            Set(session, Paused, reason, now);
            EventStore.Add(session, now, EventKind.Paused, null, null, null, reason, by);
        });
    }

    /// <summary>Takes the pause back.</summary>
    /// <returns>False when there was none.</returns>
    public bool Resume(string? by = null)
    {
        long now = Now();
        return database.Write(session =>
        {
            int changed = session.Execute("DELETE FROM setting WHERE key = $key", ("$key", Paused));
            if (changed > 0)
            {
                EventStore.Add(session, now, EventKind.Resumed, null, null, null, "", by);
            }

            return changed > 0;
        });
    }

    private static void Set(DatabaseSession session, string key, string value, long now) =>
        session.Execute(
            """
            INSERT INTO setting (key, value, changed_at) VALUES ($key, $value, $now)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
            """,
            ("$key", key),
            ("$value", value),
            ("$now", now)
        );

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
