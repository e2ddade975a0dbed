namespace Peipkg.Manager.Storage;

/// <summary>What a target is known to hold.</summary>
/// <param name="Fingerprint">Digest of the generation last synced whole; empty before the first.</param>
/// <param name="Generation">Its index_version.</param>
/// <param name="SyncedAt">When that sync ended.</param>
/// <param name="Failures">Consecutive failures since.</param>
/// <param name="NextAttempt">Not before this time; null: at once.</param>
/// <param name="LastError">Why the last try failed.</param>
internal sealed record SyncTargetRecord(
    string Fingerprint, long Generation, DateTimeOffset? SyncedAt, int Failures, DateTimeOffset? NextAttempt, string LastError)
{
    /// <summary>A target never synced to.</summary>
    public static SyncTargetRecord Fresh { get; } = new("", 0, null, 0, null, "");
}

/// <summary>Remembers which generation is out where.</summary>
internal sealed class SyncStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>What is known of a target; <see cref="SyncTargetRecord.Fresh"/> when nothing is.</summary>
    public SyncTargetRecord Get(string key) => database.Read(session => session.Query(
        "SELECT fingerprint, generation, synced_at, failures, next_attempt, last_error FROM sync_target WHERE key = $key",
        row => new SyncTargetRecord(
            row.GetString(0),
            row.GetInt64(1),
            row.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
            row.GetInt32(3),
            row.IsDBNull(4) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
            row.GetString(5)),
        ("$key", key))).FirstOrDefault(SyncTargetRecord.Fresh);

    /// <summary>The target holds this generation, whole.</summary>
    public void Succeeded(string key, string backend, string remote, string fingerprint, long generation) =>
        database.Write(session => session.Execute(
            """
            INSERT INTO sync_target (key, backend, remote, fingerprint, generation, synced_at)
            VALUES ($key, $backend, $remote, $fingerprint, $generation, $now)
            ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, generation = excluded.generation,
                synced_at = excluded.synced_at, failures = 0, next_attempt = NULL, last_error = ''
            """,
            ("$key", key), ("$backend", backend), ("$remote", remote), ("$fingerprint", fingerprint),
            ("$generation", generation), ("$now", clock.GetUtcNow().ToUnixTimeMilliseconds())));

    /// <summary>The sync failed; it is tried again on its own at <paramref name="nextAttempt"/>.</summary>
    public void Failed(string key, string backend, string remote, string error, DateTimeOffset nextAttempt) =>
        database.Write(session => session.Execute(
            """
            INSERT INTO sync_target (key, backend, remote, failures, next_attempt, last_error)
            VALUES ($key, $backend, $remote, 1, $next, $error)
            ON CONFLICT (key) DO UPDATE SET failures = failures + 1, next_attempt = excluded.next_attempt,
                last_error = excluded.last_error
            """,
            ("$key", key), ("$backend", backend), ("$remote", remote), ("$error", error),
            ("$next", nextAttempt.ToUnixTimeMilliseconds())));
}
