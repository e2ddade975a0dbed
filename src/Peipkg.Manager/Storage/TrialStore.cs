using Microsoft.Data.Sqlite;

namespace Peipkg.Manager.Storage;

/// <summary>Where a trial of recipes stands. The first four have work left.</summary>
internal enum TrialState
{
    /// <summary>A forge has told of the request; nobody has looked at it.</summary>
    Received,

    /// <summary>An operator must approve it.</summary>
    Waiting,

    /// <summary>Its turn will come.</summary>
    Queued,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>Everything that it changes was built, or it changes nothing.</summary>
    Passed,

    /// <summary>Something is wrong with the recipes.</summary>
    Failed,

    /// <summary>It could not be found out: trouble of the farm.</summary>
    Error,

    /// <summary>It counts no more: an operator stopped it, or the request is closed or has another commit.</summary>
    Cancelled,
}

/// <summary>A trial of recipes, as stored.</summary>
internal sealed record TrialRecord
{
    public required long Id { get; init; }

    /// <summary>A branch, a commit, an absolute directory, or the ref of a request.</summary>
    public required string Source { get; init; }

    /// <summary>Only these recipes; empty: those that it changes.</summary>
    public IReadOnlyList<string> Recipes { get; init; } = [];

    /// <summary>The number of the pull request; null where an operator asked.</summary>
    public long? Request { get; init; }

    /// <summary>The commit that is tried; null for a directory, or where it is not known yet.</summary>
    public string? Commit { get; init; }

    /// <summary>The branch that a request is made from, as the forge says.</summary>
    public string? Branch { get; init; }

    /// <summary>Who made a request, as the forge says.</summary>
    public string? Author { get; init; }

    /// <summary>Whose act was delivered, as the forge says.</summary>
    public string? Sender { get; init; }

    public required TrialState State { get; init; }

    /// <summary>Why it stands there.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Who began or approved it, where that is known.</summary>
    public string? Operator { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What became of each recipe, as JSON; empty before that is known.</summary>
    public string Report { get; init; } = "";

    /// <summary>Whether nothing will become of it any more.</summary>
    public bool IsEnded => State is TrialState.Passed or TrialState.Failed or TrialState.Error or TrialState.Cancelled;
}

/// <summary>Remembers trials of recipes.</summary>
internal sealed class TrialStore(ManagerDatabase database, TimeProvider clock)
{
    private const string Columns =
        "id, source, recipes, request, commit_id, branch, author, sender, state, detail, operator, created_at, ended_at, report";

    /// <summary>Adds one; its id, times and report are the store's to say.</summary>
    /// <returns>Its number.</returns>
    public long Add(TrialRecord trial)
    {
        long now = Now();
        return database.Write(session =>
        {
            session.Execute(
                """
                INSERT INTO trial (source, recipes, request, commit_id, branch, author, sender, state, detail, operator, created_at)
                VALUES ($source, $recipes, $request, $commit, $branch, $author, $sender, $state, $detail, $by, $now)
                """,
                ("$source", trial.Source),
                ("$recipes", string.Join('\n', trial.Recipes)),
                ("$request", trial.Request),
                ("$commit", trial.Commit),
                ("$branch", trial.Branch),
                ("$author", trial.Author),
                ("$sender", trial.Sender),
                ("$state", trial.State.Text()),
                ("$detail", trial.Detail),
                ("$by", trial.Operator),
                ("$now", now)
            );
            return session.Scalar<long>("SELECT last_insert_rowid()");
        });
    }

    /// <summary>One by its number; null when there is none.</summary>
    public TrialRecord? Find(long id) =>
        database
            .Read(session => session.Query($"SELECT {Columns} FROM trial WHERE id = $id", Map, ("$id", id)))
            .FirstOrDefault();

    /// <summary>The latest, newest first.</summary>
    public IReadOnlyList<TrialRecord> Latest(int limit) =>
        database.Read(session =>
            session.Query($"SELECT {Columns} FROM trial ORDER BY id DESC LIMIT $limit", Map, ("$limit", limit))
        );

    /// <summary>Those that have work left, oldest first.</summary>
    public IReadOnlyList<TrialRecord> Open() =>
        database.Read(session =>
            session.Query(
                $"SELECT {Columns} FROM trial WHERE state IN ('received', 'waiting', 'queued', 'running') ORDER BY id",
                Map
            )
        );

    /// <summary>All of a request, oldest first.</summary>
    public IReadOnlyList<TrialRecord> OfRequest(long request) =>
        database.Read(session =>
            session.Query(
                $"SELECT {Columns} FROM trial WHERE request = $request ORDER BY id",
                Map,
                ("$request", request)
            )
        );

    /// <summary>The requests of which the forge may not know the latest, oldest first.</summary>
    public IReadOnlyList<TrialRecord> Untold() =>
        database.Read(session =>
            session.Query(
                $"""
                SELECT {Columns} FROM trial
                WHERE request IS NOT NULL AND state <> 'received' AND told IS NOT state || ' ' || detail ORDER BY id
                """,
                Map
            )
        );

    /// <summary>Those that ended before a time, oldest first.</summary>
    public IReadOnlyList<TrialRecord> EndedBefore(DateTimeOffset time) =>
        database.Read(session =>
            session.Query(
                $"SELECT {Columns} FROM trial WHERE ended_at < $time ORDER BY id",
                Map,
                ("$time", time.ToUnixTimeMilliseconds())
            )
        );

    /// <summary>Moves one on.</summary>
    /// <param name="id">The trial.</param>
    /// <param name="from">Where it must be.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="detail">Why.</param>
    /// <param name="by">Who did it; null leaves who it was.</param>
    /// <param name="report">What became of each recipe; null leaves it.</param>
    /// <returns>False when it is elsewhere.</returns>
    public bool Move(
        long id,
        IReadOnlyList<TrialState> from,
        TrialState to,
        string detail,
        string? by = null,
        string? report = null
    )
    {
        bool ends = to is not (TrialState.Received or TrialState.Waiting or TrialState.Queued or TrialState.Running);
        return database.Write(session =>
            session.Execute(
                $"""
                UPDATE trial SET state = $state, detail = $detail, operator = coalesce($by, operator), ended_at = $ended,
                    report = coalesce($report, report)
                WHERE id = $id AND state IN ({string.Join(", ", from.Select(state => $"'{state.Text()}'"))})
                """,
                ("$id", id),
                ("$state", to.Text()),
                ("$detail", detail),
                ("$by", by),
                ("$ended", ends ? Now() : null),
                ("$report", report)
            ) > 0
        );
    }

    /// <summary>Which commit it turned out to be.</summary>
    public void Resolve(long id, string commit) =>
        database.Write(session =>
        {
            session.Execute("UPDATE trial SET commit_id = $commit WHERE id = $id", ("$id", id), ("$commit", commit));
        });

    /// <summary>What became of each recipe so far.</summary>
    public void Report(long id, string report) =>
        database.Write(session =>
        {
            session.Execute("UPDATE trial SET report = $report WHERE id = $id", ("$id", id), ("$report", report));
        });

    /// <summary>The forge was told of a state.</summary>
    /// <param name="trial">As it was then.</param>
    public void Told(TrialRecord trial) =>
        database.Write(session =>
        {
            session.Execute(
                "UPDATE trial SET told = $told WHERE id = $id",
                ("$id", trial.Id),
                ("$told", $"{trial.State.Text()} {trial.Detail}")
            );
        });

    /// <summary>Forgets one.</summary>
    public void Remove(long id) =>
        database.Write(session =>
        {
            session.Execute("DELETE FROM trial WHERE id = $id", ("$id", id));
        });

    /// <summary>After a run that ended in whatever way: requests begin again, and what an operator asked for is cancelled.</summary>
    public void Requeue() =>
        database.Write(session =>
        {
            session.Execute(
                "UPDATE trial SET state = 'queued', detail = '' WHERE state = 'running' AND request IS NOT NULL"
            );
            session.Execute(
                """
                UPDATE trial SET state = 'cancelled', detail = 'the manager ended meanwhile; begin it again', ended_at = $now
                WHERE state IN ('queued', 'running') AND request IS NULL
                """,
                ("$now", Now())
            );
        });

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static TrialRecord Map(SqliteDataReader row) =>
        new()
        {
            Id = row.GetInt64(0),
            Source = row.GetString(1),
            Recipes = row.GetString(2).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Request = row.IsDBNull(3) ? null : row.GetInt64(3),
            Commit = row.IsDBNull(4) ? null : row.GetString(4),
            Branch = row.IsDBNull(5) ? null : row.GetString(5),
            Author = row.IsDBNull(6) ? null : row.GetString(6),
            Sender = row.IsDBNull(7) ? null : row.GetString(7),
            State = EnumText.ParseTrial(row.GetString(8)),
            Detail = row.GetString(9),
            Operator = row.IsDBNull(10) ? null : row.GetString(10),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11)),
            EndedAt = row.IsDBNull(12) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(12)),
            Report = row.GetString(13),
        };
}
