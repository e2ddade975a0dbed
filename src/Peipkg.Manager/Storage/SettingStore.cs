using System.Globalization;

namespace Peipkg.Manager.Storage;

/// <summary>Single values that the farm remembers as a whole.</summary>
internal sealed class SettingStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>A number; null when it was never set.</summary>
    public long? Number(string key) =>
        database.Read(session => session.Scalar<string>("SELECT value FROM setting WHERE key = $key", ("$key", key)))
            is { } text
        && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;

    public void Set(string key, long value) =>
        database.Write(session =>
        {
            session.Execute(
                """
                INSERT INTO setting (key, value, changed_at) VALUES ($key, $value, $now)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
                """,
                ("$key", key),
                ("$value", value.ToString(CultureInfo.InvariantCulture)),
                ("$now", clock.GetUtcNow().ToUnixTimeMilliseconds())
            );
        });

    public void Forget(string key) =>
        database.Write(session =>
        {
            session.Execute("DELETE FROM setting WHERE key = $key", ("$key", key));
        });

    /// <summary>Sets a number that was never set.</summary>
    public void SetOnce(string key, long value)
    {
        if (Number(key) is null)
        {
            Set(key, value);
        }
    }
}
