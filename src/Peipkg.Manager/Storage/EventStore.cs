using Microsoft.Data.Sqlite;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Storage;

/// <summary>What can happen; the words are stored, shown and matched by notifications.</summary>
internal static class EventKind
{
    public const string Queued = "queued";
    public const string Started = "started";
    public const string Built = "built";
    public const string Published = "published";
    public const string Synced = "synced";
    public const string Failed = "failed";

    /// <summary>Failed as often as a recipe may fail.</summary>
    public const string GivenUp = "given-up";

    /// <summary>Succeeded after failures.</summary>
    public const string Recovered = "recovered";
    public const string Skipped = "skipped";
    public const string Interrupted = "interrupted";
    public const string Cancelled = "cancelled";
    public const string Rejected = "rejected";
    public const string Retried = "retried";

    /// <summary>Built, but publishing it would break what is published.</summary>
    public const string Held = "held";

    /// <summary>To be published whatever it breaks, by the word of an operator.</summary>
    public const string Released = "released";

    /// <summary>What is published is built again under a higher revision.</summary>
    public const string Rebuild = "rebuild";
    public const string Paused = "paused";
    public const string Resumed = "resumed";
    public const string TagMoved = "tag-moved";
    public const string PollFailed = "poll-failed";
    public const string PollRecovered = "poll-recovered";

    /// <summary>A webhook led to no build, and why.</summary>
    public const string WebhookIdle = "webhook-idle";
    public const string SyncFailed = "sync-failed";
    public const string SyncRecovered = "sync-recovered";

    /// <summary>The public URL does not serve what was synced.</summary>
    public const string SyncDiffers = "sync-differs";
    public const string DiskLow = "disk-low";

    public const string DiskRecovered = "disk-recovered";

    /// <summary>A commit of <c>[recipes] git</c> is in force.</summary>
    public const string RecipesTaken = "recipes-taken";

    /// <summary>Something is not as it should be that no other event tells of; then <see cref="TroubleOver"/>.</summary>
    public const string Trouble = "trouble";
    public const string TroubleOver = "trouble-over";
    public const string Acknowledged = "acknowledged";

    /// <summary>An operator approved or stopped a trial of recipes.</summary>
    public const string Trial = "trial";

    /// <summary>An operator had the configuration and the recipes read again.</summary>
    public const string Reloaded = "reloaded";

    /// <summary>An operator had the manager begin nothing more.</summary>
    public const string Draining = "draining";
}

/// <summary>Something that happened.</summary>
/// <param name="Id">Grows with each.</param>
/// <param name="At">When.</param>
/// <param name="Kind">One of <see cref="EventKind"/>.</param>
/// <param name="Recipe">Whom it is about; null: the farm.</param>
/// <param name="Version">The version, if it is about one.</param>
/// <param name="AttemptId">The attempt, if it is about one.</param>
/// <param name="Detail">More, in words.</param>
/// <param name="Operator">Who did it, where it is an operator's act and that is known.</param>
internal sealed record FarmEvent(
    long Id,
    DateTimeOffset At,
    string Kind,
    string? Recipe,
    string? Version,
    long? AttemptId,
    string Detail,
    string? Operator = null
);

/// <summary>The farm's diary. Stores add to it in the transaction of the change that they record.</summary>
internal sealed class EventStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>Records something that changes no build.</summary>
    public void Add(string kind, string? recipe, string? version, string detail, string? by = null)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        database.Write(session => Add(session, now, kind, recipe, version, null, detail, by));
    }

    /// <summary>The latest events, newest first.</summary>
    /// <param name="recipe">Of this recipe only; null for all.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<FarmEvent> Latest(string? recipe, int limit) =>
        database.Read(session =>
            session.Query(
                $"""
                SELECT id, at, kind, recipe, version, attempt_id, detail, operator FROM event
                {(recipe is null ? "" : "WHERE recipe = $recipe")} ORDER BY id DESC LIMIT $limit
                """,
                Map,
                ("$recipe", recipe),
                ("$limit", limit)
            )
        );

    /// <summary>What happened after an event, oldest first.</summary>
    public IReadOnlyList<FarmEvent> After(long id, int limit) =>
        database.Read(session =>
            session.Query(
                "SELECT id, at, kind, recipe, version, attempt_id, detail, operator FROM event WHERE id > $id ORDER BY id LIMIT $limit",
                Map,
                ("$id", id),
                ("$limit", limit)
            )
        );

    /// <summary>Forgets all but the latest <see cref="ManagerLimits.Events"/>.</summary>
    public void Prune() =>
        database.Write(session =>
        {
            session.Execute(
                "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - $kept",
                ("$kept", ManagerLimits.Events)
            );
        });

    /// <summary>Records an event about a build, in the transaction that changes it.</summary>
    internal static void AddOf(
        DatabaseSession session,
        long now,
        string kind,
        long buildId,
        string detail,
        string? by = null
    ) =>
        session.Execute(
            """
            INSERT INTO event (at, kind, recipe, version, attempt_id, detail, operator)
            SELECT $now, $kind, recipe, version, attempt_id, $detail, $by FROM build WHERE id = $build
            """,
            ("$now", now),
            ("$kind", kind),
            ("$build", buildId),
            ("$detail", detail),
            ("$by", by)
        );

    internal static void Add(
        DatabaseSession session,
        long now,
        string kind,
        string? recipe,
        string? version,
        long? attempt,
        string detail,
        string? by = null
    ) =>
        session.Execute(
            """
            INSERT INTO event (at, kind, recipe, version, attempt_id, detail, operator)
            VALUES ($now, $kind, $recipe, $version, $attempt, $detail, $by)
            """,
            ("$now", now),
            ("$kind", kind),
            ("$recipe", recipe),
            ("$version", version),
            ("$attempt", attempt),
            ("$detail", detail),
            ("$by", by)
        );

    private static FarmEvent Map(SqliteDataReader row) =>
        new(
            row.GetInt64(0),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
            row.GetString(2),
            row.IsDBNull(3) ? null : row.GetString(3),
            row.IsDBNull(4) ? null : row.GetString(4),
            row.IsDBNull(5) ? null : row.GetInt64(5),
            row.GetString(6),
            row.IsDBNull(7) ? null : row.GetString(7)
        );
}
