using Peipkg.Format.Text;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Storage;

/// <summary>A version that is to be built, or is passed over, and why.</summary>
internal sealed record QueueEntry(string Recipe, string Version, ListedTag Tag, BuildReason Reason, string Detail);

/// <summary>
/// Every way from one state of a build to another: nothing else changes a state. Each way says from which states it may be
/// taken; a build that has meanwhile left them stays where it is. The state, the attempt and the diary change in one
/// transaction. Here are the ways of the poll, the operator and the sync; those of an attempt are in the other half.
/// </summary>
/// <remarks>
/// <code>
/// queued → fetching → building → publishing → syncing → done
///             └──────────┴→ failed → fetching  └→ held → (as publishing)
/// skipped: nothing to do, or held by an operator
/// </code>
/// </remarks>
internal sealed partial class BuildMoves(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>A poll, or an operator's <c>build</c>: new builds, and known ones that are to be built again.</summary>
    /// <param name="entries">What is to be built.</param>
    /// <param name="by">The operator, where it was one.</param>
    public void Queue(IReadOnlyList<QueueEntry> entries, string? by = null) =>
        Put(entries, BuildState.Queued, EventKind.Queued, by);

    /// <summary>A poll: versions that are passed over, each with its reason in the entry's detail.</summary>
    public void Skip(IReadOnlyList<QueueEntry> entries) => Put(entries, BuildState.Skipped, EventKind.Skipped, null);

    /// <summary>A poll, or whoever finds it out before an attempt: nothing is left to do, each for its own reason.</summary>
    public void Close(IReadOnlyList<(long Id, BuildState State, string Detail)> closures)
    {
        if (closures.Count == 0)
        {
            return;
        }

        long now = Now();
        database.Write(session =>
        {
            Digest digest = new(session, now, closures.Count, by: null);
            foreach ((long id, BuildState state, string detail) in closures)
            {
                bool moved = Move(
                    session,
                    id,
                    [BuildState.Queued, BuildState.Failed, BuildState.Skipped, BuildState.Publishing, BuildState.Held],
                    state,
                    "detail = $detail, failures = 0, trouble = 0, cause = NULL, hold = NULL, next_attempt = NULL",
                    now,
                    ("$detail", detail)
                );
                if (moved)
                {
                    AttemptStore.EndLatest(session, id, "skipped", null, detail, now);
                    (string recipe, string version) = BuildStore.NameOf(session, id);
                    digest.Add(EventKind.Skipped, recipe, version, detail);
                }
            }

            digest.Tell();
        });
    }

    /// <summary>An operator's <c>retry</c>: due at once, whatever failed or was decided before; a published one is built anew.</summary>
    /// <param name="buildId">The build.</param>
    /// <param name="by">The operator, where that is known.</param>
    /// <returns>False when it is under way already.</returns>
    public bool Retry(long buildId, string? by = null)
    {
        string detail = $"asked for by {by ?? "an operator"}";
        const string Forgotten = "hold = NULL, failures = 0, trouble = 0, cause = NULL, next_attempt = NULL";
        long now = Now();
        return database.Write(session =>
        {
            bool stays = Move(
                session,
                buildId,
                [BuildState.Publishing],
                BuildState.Publishing,
                $"detail = $detail, {Forgotten}",
                now,
                ("$detail", detail)
            );
            bool begins = Move(
                session,
                buildId,
                [BuildState.Queued, BuildState.Failed, BuildState.Done, BuildState.Skipped, BuildState.Held],
                BuildState.Queued,
                $"reason = 'operator', detail = $detail, {Forgotten}",
                now,
                ("$detail", detail)
            );
            if (begins)
            {
                // What was held is given up for what is built now.
                AttemptStore.EndLatest(session, buildId, "interrupted", null, "built anew for an operator", now);
            }

            bool moved = stays || begins;
            if (moved)
            {
                EventStore.AddOf(session, now, EventKind.Retried, buildId, "", by);
            }

            return moved;
        });
    }

    /// <summary>An operator's <c>release</c>: what is held is published, whatever it breaks.</summary>
    /// <param name="buildId">The build.</param>
    /// <param name="reason">In the operator's words.</param>
    /// <param name="by">The operator, where that is known.</param>
    /// <returns>False when it is not held.</returns>
    public bool Release(long buildId, string reason, string? by = null)
    {
        long now = Now();
        return database.Write(session =>
        {
            bool moved = Move(
                session,
                buildId,
                [BuildState.Held],
                BuildState.Publishing,
                "detail = $detail, released = 1, next_attempt = NULL",
                now,
                ("$detail", reason)
            );
            if (moved)
            {
                EventStore.AddOf(session, now, EventKind.Released, buildId, reason, by);
            }

            return moved;
        });
    }

    /// <summary>An operator's <c>rebuild</c>: the revisions are raised and the builds queued in one step.</summary>
    public void Rebuild(IReadOnlyList<QueueEntry> entries, string? by = null)
    {
        long now = Now();
        database.Write(session =>
        {
            Rebuild(session, entries, now, by);
        });
    }

    /// <summary>An operator's <c>cancel</c> or <c>reject</c> of a build that is not under way; whoever runs one must stop it.</summary>
    /// <param name="buildId">The build.</param>
    /// <param name="hold">Cancelled, or rejected for good.</param>
    /// <param name="reason">In the operator's words.</param>
    /// <param name="by">The operator, where that is known.</param>
    /// <returns>False when it is under way, or finished.</returns>
    public bool Hold(long buildId, BuildHold hold, string reason, string? by = null)
    {
        long now = Now();
        return database.Write(session =>
        {
            bool moved = Move(
                session,
                buildId,
                [BuildState.Queued, BuildState.Failed, BuildState.Skipped, BuildState.Publishing, BuildState.Held],
                BuildState.Skipped,
                "hold = $hold, detail = $detail, next_attempt = NULL",
                now,
                ("$hold", hold.Text()),
                ("$detail", reason)
            );
            if (moved)
            {
                AttemptStore.EndLatest(session, buildId, "cancelled", null, reason, now);
                EventStore.AddOf(session, now, Kind(hold), buildId, reason, by);
            }

            return moved;
        });
    }

    /// <summary>The sync: a generation has reached all targets, so every build whose packages it names is done.</summary>
    public void Synced(long generation)
    {
        long now = Now();
        database.Write(session =>
        {
            foreach (long id in BuildStore.Syncing(session, generation))
            {
                Move(session, id, [BuildState.Syncing], BuildState.Done, "detail = 'published and synced'", now);
                AttemptStore.SyncedLatest(session, id, now);
                EventStore.AddOf(session, now, EventKind.Synced, id, "");
            }
        });
    }

    private static void Rebuild(DatabaseSession session, IReadOnlyList<QueueEntry> entries, long now, string? by)
    {
        foreach (QueueEntry entry in entries)
        {
            TagStore.Raise(session, entry.Recipe, entry.Tag.Name);
            BuildStore.Put(session, entry, BuildState.Queued, now);
            EventStore.Add(session, now, EventKind.Rebuild, entry.Recipe, entry.Version, null, entry.Detail, by);
        }
    }

    private static string Kind(BuildHold hold) => hold == BuildHold.Rejected ? EventKind.Rejected : EventKind.Cancelled;

    // A build under way is left alone: its state is none of those that the update matches.
    private void Put(IReadOnlyList<QueueEntry> entries, BuildState state, string kind, string? by)
    {
        if (entries.Count == 0)
        {
            return;
        }

        long now = Now();
        database.Write(session =>
        {
            Digest digest = new(session, now, entries.Count, by);
            foreach (QueueEntry entry in entries)
            {
                if (BuildStore.Put(session, entry, state, now))
                {
                    digest.Add(kind, entry.Recipe, entry.Version, entry.Detail);
                }
            }

            digest.Tell();
        });
    }

    /// <param name="session">The transaction.</param>
    /// <param name="buildId">The build.</param>
    /// <param name="from">The states that it may be in.</param>
    /// <param name="to">The one that it gets; null: it stays in its own.</param>
    /// <param name="assignments">What else changes.</param>
    /// <param name="now">The present.</param>
    /// <param name="parameters">Of the assignments.</param>
    /// <returns>False when the build is in none of the states.</returns>
    private static bool Move(
        DatabaseSession session,
        long buildId,
        ReadOnlySpan<BuildState> from,
        BuildState? to,
        string assignments,
        long now,
        params ReadOnlySpan<(string Name, object? Value)> parameters
    )
    {
        List<string> states = [];
        foreach (BuildState state in from)
        {
            states.Add($"'{state.Text()}'");
        }

        return session.Execute(
                $"UPDATE build SET state = coalesce($state, state), {assignments}, changed_at = $now WHERE id = $build AND state IN ({string.Join(", ", states)})",
                [("$build", buildId), ("$state", to?.Text()), ("$now", now), .. parameters]
            ) > 0;
    }

    /// <summary>What a poll does to many versions at once is one event for each reason, not thousands.</summary>
    private sealed class Digest(DatabaseSession session, long now, int size, string? by)
    {
        private readonly Dictionary<(string Kind, string Recipe, string Detail), (string First, int Count)> _groups =
        [];

        public void Add(string kind, string recipe, string version, string detail)
        {
            if (size <= ManagerLimits.EventsOfOnePoll)
            {
                EventStore.Add(session, now, kind, recipe, version, null, detail, by);
                return;
            }

            (string first, int count) = _groups.GetValueOrDefault((kind, recipe, detail), (version, 0));
            _groups[(kind, recipe, detail)] = (first, count + 1);
        }

        public void Tell()
        {
            foreach (((string kind, string recipe, string detail), (string first, int count)) in _groups)
            {
                string more = count == 1 ? first : $"{first} and {Counted.Text(count - 1, "more version")}";
                EventStore.Add(
                    session,
                    now,
                    kind,
                    recipe,
                    count == 1 ? first : null,
                    null,
                    detail.Length > 0 ? $"{more}: {detail}" : more,
                    by
                );
            }
        }
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
