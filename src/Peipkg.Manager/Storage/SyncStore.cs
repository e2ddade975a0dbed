using Microsoft.Data.Sqlite;

namespace Peipkg.Manager.Storage;

/// <summary>What a target is known to hold.</summary>
/// <param name="Fingerprint">Digest of the generation last synced whole; empty before the first.</param>
/// <param name="Generation">Its index_version.</param>
/// <param name="Signer">The key that signed its indexes.</param>
/// <param name="Switching">True when a sync ended while documents were being replaced: they may not fit each other.</param>
/// <param name="SyncedAt">When the last whole sync ended.</param>
/// <param name="Failures">Consecutive failures since.</param>
/// <param name="NextAttempt">Not before this time; null: at once.</param>
/// <param name="LastError">Why the last try failed.</param>
/// <param name="CheckedFingerprint">Digest of the generation last seen whole at the public URL.</param>
/// <param name="CheckedAt">When.</param>
/// <param name="CheckError">Why what is at the public URL is not what was synced; empty while that is not known.</param>
internal sealed record SyncTargetRecord(
    string Fingerprint,
    long Generation,
    string Signer,
    bool Switching,
    DateTimeOffset? SyncedAt,
    int Failures,
    DateTimeOffset? NextAttempt,
    string LastError,
    string CheckedFingerprint,
    DateTimeOffset? CheckedAt,
    string CheckError
)
{
    /// <summary>A target never synced to.</summary>
    public static SyncTargetRecord Fresh { get; } = new("", 0, "", false, null, 0, null, "", "", null, "");
}

/// <summary>Remembers which generation is out where.</summary>
internal sealed class SyncStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>What is known of a target; <see cref="SyncTargetRecord.Fresh"/> when nothing is.</summary>
    public SyncTargetRecord Get(string key) =>
        database
            .Read(session =>
                session.Query(
                    """
                    SELECT fingerprint, generation, signer, switching, synced_at, failures, next_attempt, last_error,
                        checked_fingerprint, checked_at, check_error
                    FROM sync_target WHERE key = $key
                    """,
                    row => new SyncTargetRecord(
                        row.GetString(0),
                        row.GetInt64(1),
                        row.GetString(2),
                        row.GetInt64(3) != 0,
                        Time(row, 4),
                        row.GetInt32(5),
                        Time(row, 6),
                        row.GetString(7),
                        row.GetString(8),
                        Time(row, 9),
                        row.GetString(10)
                    ),
                    ("$key", key)
                )
            )
            .FirstOrDefault(SyncTargetRecord.Fresh);

    /// <summary>Documents at the target are about to be replaced.</summary>
    public void Switching(string key, string backend, string remote) => Change(key, backend, remote, "switching = 1");

    /// <summary>The target holds this generation, whole.</summary>
    public void Succeeded(
        string key,
        string backend,
        string remote,
        string fingerprint,
        long generation,
        string signer
    ) =>
        Change(
            key,
            backend,
            remote,
            """
            fingerprint = $fingerprint, generation = $generation, signer = $signer, switching = 0, synced_at = $now,
                failures = 0, next_attempt = NULL, last_error = ''
            """,
            ("$fingerprint", fingerprint),
            ("$generation", generation),
            ("$signer", signer)
        );

    /// <summary>The sync failed; it is tried again on its own at <paramref name="nextAttempt"/>.</summary>
    public void Failed(string key, string backend, string remote, string error, DateTimeOffset nextAttempt) =>
        Change(
            key,
            backend,
            remote,
            "failures = failures + 1, next_attempt = $next, last_error = $error",
            ("$next", nextAttempt.ToUnixTimeMilliseconds()),
            ("$error", error)
        );

    /// <summary>What was synced was seen whole at the public URL.</summary>
    public void Checked(string key, string backend, string remote, string fingerprint) =>
        Change(
            key,
            backend,
            remote,
            "checked_fingerprint = $fingerprint, checked_at = $now, check_error = ''",
            ("$fingerprint", fingerprint)
        );

    /// <summary>What is at the public URL is something else.</summary>
    public void Differs(string key, string backend, string remote, string error) =>
        Change(key, backend, remote, "check_error = $error", ("$error", error));

    private void Change(
        string key,
        string backend,
        string remote,
        string assignments,
        params (string Name, object? Value)[] parameters
    ) =>
        database.Write(session =>
        {
            session.Execute(
                "INSERT INTO sync_target (key, backend, remote) VALUES ($key, $backend, $remote) ON CONFLICT (key) DO NOTHING",
                ("$key", key),
                ("$backend", backend),
                ("$remote", remote)
            );
            (long failures, string difference) = Trouble(session, key);
            session.Execute(
                $"UPDATE sync_target SET {assignments} WHERE key = $key",
                [("$key", key), ("$now", clock.GetUtcNow().ToUnixTimeMilliseconds()), .. parameters]
            );
            Tell(session, remote, (failures, difference), Trouble(session, key));
        });

    private static (long Failures, string Difference) Trouble(DatabaseSession session, string key) =>
        session
            .Query(
                "SELECT failures, check_error FROM sync_target WHERE key = $key",
                row => (row.GetInt64(0), row.GetString(1)),
                ("$key", key)
            )
            .Single();

    // The diary has the first failure of a row, and its end.
    private void Tell(
        DatabaseSession session,
        string remote,
        (long Failures, string Difference) before,
        (long Failures, string Difference) after
    )
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (before.Failures == 0 && after.Failures > 0)
        {
            string error =
                session.Scalar<string>(
                    "SELECT last_error FROM sync_target WHERE remote = $remote AND failures > 0",
                    ("$remote", remote)
                ) ?? "";
            EventStore.Add(session, now, EventKind.SyncFailed, null, null, null, $"{remote}: {error}");
        }
        else if (before.Failures > 0 && after.Failures == 0)
        {
            EventStore.Add(session, now, EventKind.SyncRecovered, null, null, null, remote);
        }

        if (after.Difference.Length > 0 && before.Difference != after.Difference)
        {
            EventStore.Add(session, now, EventKind.SyncDiffers, null, null, null, $"{remote}: {after.Difference}");
        }
    }

    private static DateTimeOffset? Time(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
