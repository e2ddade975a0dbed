using Microsoft.Data.Sqlite;

namespace Peipkg.Manager.Storage;

/// <summary>How a recipe's upstream answers.</summary>
internal sealed record RecipeRecord
{
    public required string Name { get; init; }

    /// <summary>The upstream whose first contact is remembered; empty before the first.</summary>
    public string Upstream { get; init; } = "";

    /// <summary>When that upstream was first listed. Tags seen later are new ones.</summary>
    public DateTimeOffset? FirstContact { get; init; }

    /// <summary>When the latest poll began.</summary>
    public DateTimeOffset? PolledAt { get; init; }

    /// <summary>When the latest poll that brought a listing began.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>When a poll last brought a new or moved tag.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>What made the latest poll due.</summary>
    public string Trigger { get; init; } = "";

    /// <summary>What the latest poll led to, in words.</summary>
    public string Outcome { get; init; } = "";

    public long TagsSeen { get; init; }

    /// <summary>How many of them give a version to build.</summary>
    public long Versions { get; init; }

    /// <summary>The newest version that it gives; null when it gives none, or that is not known yet.</summary>
    public string? Newest { get; init; }

    /// <summary>Consecutive polls without an answer.</summary>
    public int Failures { get; init; }

    public DateTimeOffset? PausedAt { get; init; }

    public string PauseReason { get; init; } = "";
}

/// <summary>Remembers each recipe's polls.</summary>
internal sealed class RecipeStore(ManagerDatabase database, TimeProvider clock)
{
    private const string Columns = """
        name, upstream, first_contact, polled_at, answered_at, changed_at, trigger, outcome, tags_seen, versions, failures,
        paused_at, pause_reason, newest
        """;

    /// <summary>What is known of a recipe.</summary>
    public RecipeRecord Get(string name) =>
        database
            .Read(session => session.Query($"SELECT {Columns} FROM recipe WHERE name = $name", Map, ("$name", name)))
            .FirstOrDefault(new RecipeRecord { Name = name });

    /// <summary>Everything that was ever polled or paused.</summary>
    public IReadOnlyList<RecipeRecord> All() =>
        database.Read(session => session.Query($"SELECT {Columns} FROM recipe ORDER BY name", Map));

    /// <summary>An upstream answered.</summary>
    /// <param name="poll">The poll.</param>
    /// <param name="tagsSeen">How many tags it listed.</param>
    /// <param name="versions">How many of them give a version to build.</param>
    /// <param name="newest">The newest of those; null when there is none.</param>
    /// <param name="news">True when one was new or moved.</param>
    /// <param name="outcome">What that led to.</param>
    /// <returns>How often it had failed to answer before.</returns>
    public int Answered(RecipePoll poll, int tagsSeen, int versions, string? newest, bool news, string outcome)
    {
        long now = Now();
        return database.Write(session =>
        {
            long before = session.Scalar<long>(
                "SELECT failures FROM recipe WHERE name = $name",
                ("$name", poll.Recipe)
            );
            session.Execute(
                """
                INSERT INTO recipe (name, upstream, first_contact, polled_at, answered_at, changed_at, trigger, outcome,
                                    tags_seen, versions, newest)
                VALUES ($name, $upstream, $now, $at, $at, CASE WHEN $news THEN $now END, $trigger, $outcome, $tags, $versions,
                        $newest)
                ON CONFLICT (name) DO UPDATE SET
                    first_contact = CASE WHEN upstream = excluded.upstream THEN first_contact ELSE excluded.first_contact END,
                    upstream = excluded.upstream, polled_at = excluded.polled_at, answered_at = excluded.answered_at,
                    changed_at = coalesce(excluded.changed_at, changed_at), trigger = excluded.trigger,
                    outcome = excluded.outcome, tags_seen = excluded.tags_seen, versions = excluded.versions, failures = 0,
                    newest = excluded.newest
                """,
                ("$name", poll.Recipe),
                ("$upstream", poll.Upstream),
                ("$at", poll.Began.ToUnixTimeMilliseconds()),
                ("$now", now),
                ("$news", news ? 1 : 0),
                ("$trigger", poll.Trigger),
                ("$outcome", outcome),
                ("$tags", tagsSeen),
                ("$versions", versions),
                ("$newest", newest)
            );
            if (before > 0)
            {
                EventStore.Add(session, now, EventKind.PollRecovered, poll.Recipe, null, null, "");
            }

            return (int)before;
        });
    }

    /// <summary>An upstream did not answer.</summary>
    public void Failed(RecipePoll poll, string error)
    {
        long now = Now();
        database.Write(session =>
        {
            long before = session.Scalar<long>(
                "SELECT failures FROM recipe WHERE name = $name",
                ("$name", poll.Recipe)
            );
            session.Execute(
                """
                INSERT INTO recipe (name, polled_at, trigger, outcome, failures) VALUES ($name, $at, $trigger, $error, 1)
                ON CONFLICT (name) DO UPDATE SET polled_at = excluded.polled_at, trigger = excluded.trigger,
                    outcome = excluded.outcome, failures = failures + 1
                """,
                ("$name", poll.Recipe),
                ("$at", poll.Began.ToUnixTimeMilliseconds()),
                ("$trigger", poll.Trigger),
                ("$error", error)
            );
            if (before == 0)
            {
                EventStore.Add(session, now, EventKind.PollFailed, poll.Recipe, null, null, error);
            }
        });
    }

    /// <summary>An operator wants no more builds of a recipe to begin; polling goes on.</summary>
    public void Pause(string recipe, string reason, string? by = null)
    {
        long now = Now();
        database.Write(session =>
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
            EventStore.Add(session, now, EventKind.Paused, recipe, null, null, reason, by);
        });
    }

    /// <summary>Takes a pause back.</summary>
    /// <returns>False when there was none.</returns>
    public bool Resume(string recipe, string? by = null)
    {
        long now = Now();
        return database.Write(session =>
        {
            int changed = session.Execute(
                "UPDATE recipe SET paused_at = NULL, pause_reason = '' WHERE name = $recipe AND paused_at IS NOT NULL",
                ("$recipe", recipe)
            );
            if (changed > 0)
            {
                EventStore.Add(session, now, EventKind.Resumed, recipe, null, null, "", by);
            }

            return changed > 0;
        });
    }

    private static RecipeRecord Map(SqliteDataReader row) =>
        new()
        {
            Name = row.GetString(0),
            Upstream = row.GetString(1),
            FirstContact = Time(row, 2),
            PolledAt = Time(row, 3),
            AnsweredAt = Time(row, 4),
            ChangedAt = Time(row, 5),
            Trigger = row.GetString(6),
            Outcome = row.GetString(7),
            TagsSeen = row.GetInt64(8),
            Versions = row.GetInt64(9),
            Failures = row.GetInt32(10),
            PausedAt = Time(row, 11),
            PauseReason = row.GetString(12),
            Newest = row.IsDBNull(13) ? null : row.GetString(13),
        };

    private static DateTimeOffset? Time(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>A poll, as it is remembered.</summary>
/// <param name="Recipe">Of this recipe.</param>
/// <param name="Upstream">Of this upstream, without credentials.</param>
/// <param name="Began">When it began.</param>
/// <param name="Trigger">What made it due.</param>
internal sealed record RecipePoll(string Recipe, string Upstream, DateTimeOffset Began, string Trigger);
