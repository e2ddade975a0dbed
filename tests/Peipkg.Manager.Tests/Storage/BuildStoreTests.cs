using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Tests.Storage;

public sealed class BuildStoreTests : IDisposable
{
    private static readonly ListedTag Tag = new("v1.0", new string('a', 40), new string('b', 40));

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private ManagerDatabase _database;

    public BuildStoreTests() => _database = ManagerDatabase.Open(_directory["manager.db"]);

    private BuildStore Builds => new(_database);

    private AttemptStore Attempts => new(_database);

    private BuildMoves Moves => new(_database, _clock);

    private IEnumerable<string> Kinds() => new EventStore(_database, _clock).Latest(null, 100).Select(e => e.Kind);

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    private void Reopen()
    {
        _database.Dispose();
        _database = ManagerDatabase.Open(_directory["manager.db"]);
    }

    private BuildRecord Queue(string version = "1.0-1")
    {
        Moves.Queue([new QueueEntry("zlib", version, Tag, BuildReason.Poll, "")]);
        return Builds.OfRecipe("zlib").Single(b => b.Version == version);
    }

    [Fact]
    public void What_a_first_contact_does_to_thousands_of_versions_is_one_event_for_each_reason()
    {
        Moves.Queue([
            .. Enumerable.Range(1, 2000).Select(n => new QueueEntry("zlib", $"{n}-1", Tag, BuildReason.Poll, "")),
        ]);
        Moves.Skip([
            .. Enumerable.Range(3000, 1000).Select(n => new QueueEntry("zlib", $"{n}-1", Tag, BuildReason.Poll, "old")),
        ]);
        Moves.Close([.. Builds.Due(_clock.Now).Select(b => (b.Id, BuildState.Skipped, "no tag"))]);
        Assert.Equal(
            [
                "queued: 1-1 and 1999 more versions",
                "skipped: 3000-1 and 999 more versions: old",
                "skipped: 1-1 and 1999 more versions: no tag",
            ],
            new EventStore(_database, _clock).After(0, 100).Select(e => $"{e.Kind}: {e.Detail}")
        );
    }

    private (BuildRecord Build, long Attempt) Built(string version = "1.0-1")
    {
        BuildRecord build = Queue(version);
        long attempt = Moves.Begin(build.Id, null)!.Value;
        Moves.Fetched(build.Id, attempt);
        Moves.Built(build.Id, attempt, []);
        return (build, attempt);
    }

    private bool Hold(long build, string detail, string[]? rebuilt = null, params QueueEntry[] rebuilds) =>
        Moves.Held(
            build,
            detail,
            [new Lack("app", "z", "app"), new Lack("tool", "z", null)],
            rebuilt ?? [],
            rebuilds,
            _clock.Now + TimeSpan.FromMinutes(10)
        );

    private BuildState State(long build) => Builds.Get(build).State;

    [Fact]
    public void What_is_held_survives_a_restart_is_looked_at_again_and_tells_each_reason_once()
    {
        (BuildRecord build, long attempt) = Built();
        Assert.True(Hold(build.Id, "app would lack z"));
        Assert.False(Hold(build.Id, "app would lack z"));
        Reopen();
        Assert.Equal(BuildState.Held, State(build.Id));
        Assert.Equal([attempt], Builds.Publishing());
        Assert.Equal([build.Id], Builds.Built().Select(b => b.Id));
        Assert.Equal(
            ["app z app", "tool z "],
            Builds.LacksOf(build.Id).Select(l => $"{l.Package} {l.Name} {l.Recipe}")
        );
        Assert.Empty(Builds.Due(_clock.Now));
        Moves.LookAgain();
        Assert.Equal([build.Id], Builds.Due(_clock.Now).Select(b => b.Id));
        Assert.True(Hold(build.Id, "tool would lack z"));
        Assert.Equal(2, Kinds().Count(kind => kind == EventKind.Held));
        Assert.Equal(1, Builds.Unfinished());
        Moves.Published(build.Id, attempt, 5, synced: true);
        Assert.Empty(Builds.LacksOf(build.Id));
        Assert.Equal(BuildState.Done, State(build.Id));
    }

    [Fact]
    public void Recipes_are_rebuilt_for_what_is_held_in_one_step_and_that_is_remembered_as_long_as_it_is_held()
    {
        (BuildRecord build, _) = Built();
        QueueEntry again = new("app", "1-2", Tag, BuildReason.Operator, "rebuilt");
        Hold(build.Id, "x", ["app"], again);
        Assert.Equal(BuildState.Queued, Builds.Find("app", "1-2")!.State);
        Assert.Equal(["app True", "tool False"], Builds.LacksOf(build.Id).Select(l => $"{l.Package} {l.IsRebuilt}"));
        Hold(build.Id, "y");
        Assert.Equal(["app"], Builds.LacksOf(build.Id).Where(l => l.IsRebuilt).Select(l => l.Package));
    }

    [Fact]
    public void An_operator_releases_retries_or_rejects_what_is_held()
    {
        (BuildRecord build, _) = Built();
        Assert.False(Moves.Release(build.Id, "why"));
        Hold(build.Id, "x");
        Assert.True(Moves.Release(build.Id, "why"));
        Assert.Equal((BuildState.Publishing, true), (State(build.Id), Builds.Get(build.Id).IsReleased));
        Hold(build.Id, "x");
        Assert.True(Moves.Retry(build.Id));
        Assert.Equal(BuildState.Queued, State(build.Id));
        Assert.Empty(Attempts.Open());
        Moves.Begin(build.Id, null);
        Assert.False(Builds.Get(build.Id).IsReleased);
        (build, _) = Built("2.0-1");
        Hold(build.Id, "x");
        Assert.True(Moves.Hold(build.Id, BuildHold.Rejected, "no"));
        Assert.Equal(BuildState.Skipped, State(build.Id));
        Assert.Single(Attempts.Open());
    }

    [Fact]
    public void Builds_and_attempts_are_counted_as_they_change()
    {
        for (int i = 0; i < 3; i++)
        {
            BuildRecord build = Queue($"{i}.0-1");
            long attempt = Moves.Begin(build.Id, null)!.Value;
            _clock.Now += TimeSpan.FromSeconds(20 + (100 * i));
            if (i == 1)
            {
                Moves.Failed(build.Id, attempt, FailureCause.Recipe, "no", _clock.Now);
                continue;
            }

            Moves.Fetched(build.Id, attempt);
            Moves.Built(build.Id, attempt, []);
            _clock.Now += TimeSpan.FromHours(1);
            Moves.Published(build.Id, attempt, 1, synced: true);
        }

        Assert.Equal(
            [("done", 2L), ("failed", 1L)],
            Builds.CountByState().OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value))
        );
        Assert.Equal(
            [new AttemptCount("done", "", 2), new AttemptCount("failed", "recipe", 1)],
            Attempts.CountByResult()
        );
        IReadOnlyList<DurationCount> durations = Attempts.Durations();
        Assert.Equal([0, 1, 1, 3], durations.Take(4).Select(d => d.Count));
        Assert.Equal(new DurationCount(null, 3, 20 + 120 + 220), durations[^1]);
        Assert.Equal("2.0-1", Assert.Single(Builds.Latest()).Version);
        Assert.Equal("zlib", Assert.Single(Builds.LastStarted()).Key);
    }

    [Fact]
    public void A_queued_version_is_due_at_once_and_only_once()
    {
        Queue();
        Queue();
        BuildRecord build = Assert.Single(Builds.Due(_clock.Now));
        Assert.Equal((BuildState.Queued, "v1.0", 0), (build.State, build.Tag, build.Attempts));
        Assert.Null(Builds.NextDue(_clock.Now));
    }

    [Fact]
    public void A_whole_attempt_leads_from_queued_to_done()
    {
        BuildRecord build = Queue();
        long attempt = Moves.Begin(build.Id, null)!.Value;
        Assert.Equal(BuildState.Fetching, Builds.Get(build.Id).State);
        Moves.Fetched(build.Id, attempt);
        Assert.Equal(BuildState.Building, Builds.Get(build.Id).State);
        Moves.Built(build.Id, attempt, [new BuildOutput("a.peipkg", new string('0', 64), 7)]);
        Assert.Equal(BuildState.Publishing, Builds.Get(build.Id).State);
        Assert.Equal([new BuildOutput("a.peipkg", new string('0', 64), 7)], Attempts.Outputs(attempt));
        Moves.Published(build.Id, attempt, generation: 4, synced: false);
        Assert.Equal(BuildState.Syncing, Builds.Get(build.Id).State);
        Moves.Synced(3);
        Assert.Equal(BuildState.Syncing, Builds.Get(build.Id).State);
        Moves.Synced(4);
        Assert.Equal(BuildState.Done, Builds.Get(build.Id).State);
        Assert.Empty(Builds.Due(_clock.Now.AddYears(1)));
    }

    [Fact]
    public void What_the_repository_can_never_take_ends_its_attempt_and_knows_the_recipe_that_was_judged()
    {
        BuildRecord build = Queue();
        Moves.Unpublishable(build.Id, "first", "another took the name");
        Assert.Equal(
            (BuildState.Failed, BuildHold.GivenUp, FailureCause.Recipe, "first"),
            (
                Builds.Get(build.Id).State,
                Builds.Get(build.Id).Hold,
                Builds.Get(build.Id).Cause,
                Builds.Get(build.Id).RecipeDigest
            )
        );

        build = Queue("2.0-1");
        long attempt = Moves.Begin(build.Id, "second")!.Value;
        Moves.Fetched(build.Id, attempt);
        Moves.Built(build.Id, attempt, []);
        Moves.Unpublishable(build.Id, null, "another was quicker");
        Assert.Empty(Attempts.Open());
        AttemptRecord ended = Attempts.Find(attempt)!;
        Assert.Equal(("failed", "recipe", "another was quicker"), (ended.Result, ended.Cause, ended.Detail));
        Assert.Equal("second", Builds.Get(build.Id).RecipeDigest);
    }

    [Fact]
    public void A_build_that_an_operator_holds_in_the_meantime_does_not_begin()
    {
        BuildRecord build = Queue();
        Assert.True(Moves.Hold(build.Id, BuildHold.Cancelled, "not now"));
        Assert.Null(Moves.Begin(build.Id, null));
        Assert.Equal((BuildState.Skipped, 0), (Builds.Get(build.Id).State, Builds.Get(build.Id).Attempts));
    }

    [Fact]
    public void A_build_that_has_begun_in_the_meantime_is_not_closed()
    {
        BuildRecord build = Queue();
        long attempt = Moves.Begin(build.Id, null)!.Value;
        Moves.Close([(build.Id, BuildState.Skipped, "no longer wanted")]);
        Assert.Equal(BuildState.Fetching, Builds.Get(build.Id).State);
        Moves.Fetched(build.Id, attempt);
        Assert.Equal(BuildState.Building, Builds.Get(build.Id).State);
    }

    [Fact]
    public void What_the_repository_names_is_published_whatever_an_operator_said_meanwhile()
    {
        BuildRecord build = Queue();
        long attempt = Moves.Begin(build.Id, null)!.Value;
        Moves.Fetched(build.Id, attempt);
        Moves.Built(build.Id, attempt, []);
        Assert.True(Moves.Hold(build.Id, BuildHold.Rejected, "too late"));
        Moves.PublishFailed(build.Id, attempt, "the disk is full", _clock.Now);
        Assert.Equal(BuildState.Skipped, Builds.Get(build.Id).State);
        Moves.Published(build.Id, attempt, generation: 1, synced: true);
        Assert.Equal((BuildState.Done, BuildHold.None), (Builds.Get(build.Id).State, Builds.Get(build.Id).Hold));
    }

    [Fact]
    public void A_failure_waits_for_its_time_also_over_a_restart()
    {
        BuildRecord build = Queue();
        long attempt = Moves.Begin(build.Id, null)!.Value;
        Moves.Failed(build.Id, attempt, FailureCause.Recipe, "exit 1", _clock.Now.AddMinutes(1));
        Reopen();
        Assert.Empty(Builds.Due(_clock.Now.AddSeconds(59)));
        Assert.Equal(_clock.Now.AddMinutes(1), Builds.NextDue(_clock.Now));
        BuildRecord due = Assert.Single(Builds.Due(_clock.Now.AddSeconds(60)));
        Assert.Equal((BuildState.Failed, 1, "exit 1"), (due.State, due.Failures, due.Detail));
        Assert.Equal(due, Assert.Single(Builds.Failing()));
    }

    [Fact]
    public void After_a_crash_what_was_fetching_or_building_is_queued_again_and_not_blamed()
    {
        BuildRecord one = Queue("1.0-1");
        BuildRecord two = Queue("2.0-1");
        Moves.Begin(one.Id, null);
        Moves.Fetched(two.Id, Moves.Begin(two.Id, null)!.Value);
        Reopen();
        Assert.Equal(2, Moves.Requeue());
        Assert.Equal(0, Moves.Requeue());
        Assert.All(
            Builds.OfRecipe("zlib"),
            b => Assert.Equal((BuildState.Queued, 0, 1), (b.State, b.Failures, b.Attempts))
        );
    }

    [Fact]
    public void After_a_crash_what_was_publishing_stays_so()
    {
        BuildRecord build = Queue();
        long attempt = Moves.Begin(build.Id, null)!.Value;
        Moves.Fetched(build.Id, attempt);
        Moves.Built(build.Id, attempt, []);
        Reopen();
        Assert.Equal(0, Moves.Requeue());
        Assert.Equal(BuildState.Publishing, Assert.Single(Builds.Due(_clock.Now)).State);
    }

    [Fact]
    public void Queueing_does_not_touch_a_build_under_way()
    {
        BuildRecord build = Queue();
        Moves.Begin(build.Id, null);
        Queue();
        Assert.Equal(BuildState.Fetching, Builds.Get(build.Id).State);
    }

    [Fact]
    public void A_tag_is_new_once_and_moved_when_its_object_changes()
    {
        TagStore tags = new(_database, _clock);
        Assert.Equal(["v1.0"], tags.Record("zlib", "https://h/z", [Tag]).New);
        Assert.Empty(tags.Record("zlib", "https://h/z", [Tag]).New);
        TagChanges moved = tags.Record("zlib", "https://h/z", [Tag with { ObjectId = new string('c', 40) }]);
        Assert.Equal([new MovedTag("v1.0", new string('a', 40), new string('c', 40))], moved.Moved);
        Assert.Empty(tags.Record("zlib", "https://h/z", [Tag with { ObjectId = new string('c', 40) }]).Moved);
        Assert.Empty(tags.Record("zlib", "https://elsewhere/z", [Tag]).Moved);
    }

    [Fact]
    public void That_a_tag_moved_after_it_was_built_is_in_the_diary_as_soon_as_its_new_place_is()
    {
        TagStore tags = new(_database, _clock);
        EventStore events = new(_database, _clock);
        tags.Record("zlib", "https://h/z", [Tag]);
        BuildRecord build = Queue();
        ListedTag elsewhere = Tag with { ObjectId = new string('c', 40), CommitId = new string('c', 40) };
        Assert.Null(Assert.Single(tags.Record("zlib", "https://h/z", [elsewhere]).Moved).Built);
        tags.Record("zlib", "https://h/z", [Tag]);
        Moves.Published(build.Id, Moves.Begin(build.Id, null)!.Value, 1, synced: true);
        Assert.Equal("1.0-1", Assert.Single(tags.Record("zlib", "https://h/z", [elsewhere]).Moved).Built);
        FarmEvent alert = Assert.Single(events.Latest("zlib", 100), e => e.Kind == EventKind.TagMoved);
        Assert.Equal("1.0-1", alert.Version);
        Assert.Contains(
            $"tag v1.0 moved from {Tag.ObjectId} to {elsewhere.ObjectId}",
            alert.Detail,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_failed_sync_keeps_the_last_good_generation()
    {
        SyncStore sync = new(_database, _clock);
        Assert.Equal(SyncTargetRecord.Fresh, sync.Get("k"));
        sync.Failed("k", "rsync", "/srv", "refused", _clock.Now.AddMinutes(1));
        sync.Switching("k", "rsync", "/srv");
        Assert.True(sync.Get("k").Switching);
        sync.Succeeded("k", "rsync", "/srv", "f1", 3, "key");
        sync.Differs("k", "rsync", "/srv", "404");
        sync.Checked("k", "rsync", "/srv", "f1");
        sync.Failed("k", "rsync", "/srv", "refused", _clock.Now.AddMinutes(5));
        Assert.Equal(
            new SyncTargetRecord(
                "f1",
                3,
                "key",
                false,
                _clock.Now,
                1,
                _clock.Now.AddMinutes(5),
                "refused",
                "f1",
                _clock.Now,
                ""
            ),
            sync.Get("k")
        );
    }

    [Fact]
    public void Failures_are_counted_by_cause_and_the_last_of_a_recipe_holds_the_story()
    {
        BuildRecord build = Queue();
        Moves.Failed(
            build.Id,
            Moves.Begin(build.Id, "d1")!.Value,
            FailureCause.Infrastructure,
            "no network",
            _clock.Now
        );
        Moves.Failed(build.Id, Moves.Begin(build.Id, "d1")!.Value, FailureCause.Recipe, "exit 1", null);
        BuildRecord held = Builds.Get(build.Id);
        Assert.Equal((1, 1, BuildHold.GivenUp, "d1"), (held.Failures, held.Trouble, held.Hold, held.RecipeDigest));
        Assert.Empty(Builds.Due(_clock.Now.AddYears(1)));
        Assert.Null(Builds.NextDue(_clock.Now));
        Assert.Equal(held, Assert.Single(Builds.Failing()));
        Assert.True(Moves.Retry(build.Id));
        Assert.Equal(
            (0, 0, BuildReason.Operator),
            (Builds.Due(_clock.Now) is [var due] ? due.Failures : -1, 0, Builds.Get(build.Id).Reason)
        );
        Assert.Equal(["retried", "given-up", "failed", "started", "failed", "started", "queued"], Kinds());
    }

    [Fact]
    public void A_clock_set_back_makes_what_was_put_off_due()
    {
        BuildRecord build = Queue();
        Moves.Failed(
            build.Id,
            Moves.Begin(build.Id, null)!.Value,
            FailureCause.Recipe,
            "exit 1",
            _clock.Now.AddDays(1)
        );
        Assert.Empty(Builds.Due(_clock.Now.AddHours(1)));
        Assert.Single(Builds.Due(_clock.Now.AddYears(-3)));
    }

    [Fact]
    public void A_paused_recipe_or_farm_has_nothing_due_until_it_is_resumed()
    {
        Queue();
        new RecipeStore(_database, _clock).Pause("zlib", "broken host");
        Assert.Empty(Builds.Due(_clock.Now));
        Assert.Null(Builds.NextDue(_clock.Now));
        Assert.True(new RecipeStore(_database, _clock).Resume("zlib"));
        Assert.Single(Builds.Due(_clock.Now));
        new SettingStore(_database, _clock).Pause("moving house");
        Assert.Equal(
            ("moving house", 0),
            (new SettingStore(_database, _clock).PauseReason(), Builds.Due(_clock.Now).Count)
        );
        Assert.True(new SettingStore(_database, _clock).Resume());
        Assert.False(new SettingStore(_database, _clock).Resume());
        Assert.Single(Builds.Due(_clock.Now));
    }

    [Fact]
    public void A_rejected_story_stays_so_and_one_under_way_is_not_touched()
    {
        BuildRecord build = Queue();
        Assert.True(Moves.Hold(build.Id, BuildHold.Rejected, "licence"));
        Assert.Equal(
            (BuildState.Skipped, BuildHold.Rejected, "licence"),
            (Builds.Get(build.Id).State, Builds.Get(build.Id).Hold, Builds.Get(build.Id).Detail)
        );
        Assert.True(Moves.Retry(build.Id));
        long attempt = Moves.Begin(build.Id, null)!.Value;
        Assert.False(Moves.Hold(build.Id, BuildHold.Cancelled, "no"));
        Assert.False(Moves.Retry(build.Id));
        Moves.Cancelled(build.Id, attempt, BuildHold.Cancelled, "by ann");
        Assert.Equal(
            (BuildState.Skipped, BuildHold.Cancelled),
            (Builds.Get(build.Id).State, Builds.Get(build.Id).Hold)
        );
        Assert.True(Moves.Retry(build.Id));
        attempt = Moves.Begin(build.Id, null)!.Value;
        Moves.Cancelled(build.Id, attempt, BuildHold.Rejected, "never", "ann");
        Assert.Equal((BuildHold.Rejected, "never"), (Builds.Get(build.Id).Hold, Builds.Get(build.Id).Detail));
        FarmEvent told = Assert.Single(new EventStore(_database, _clock).Latest(null, 1));
        Assert.Equal((EventKind.Rejected, "never", "ann"), (told.Kind, told.Detail, told.Operator));
    }

    [Fact]
    public void A_tag_that_went_and_came_back_elsewhere_has_moved()
    {
        TagStore tags = new(_database, _clock);
        tags.Record("zlib", "https://h/z", [Tag]);
        tags.Record("zlib", "https://h/z", []);
        Assert.Empty(tags.Current("zlib"));
        ListedTag other = Tag with { ObjectId = new string('c', 40) };
        _clock.Now += TimeSpan.FromHours(1);
        TagChanges changes = tags.Record("zlib", "https://h/z", [other]);
        Assert.Equal((1, ManualClock.Noon), (changes.Moved.Count, changes.FirstSeen["v1.0"]));
        Assert.Equal([other], tags.Current("zlib"));
    }

    [Fact]
    public void Polls_are_remembered_and_first_contact_is_of_an_upstream()
    {
        RecipeStore recipes = new(_database, _clock);
        RecipePoll poll = new("zlib", "https://h/z", _clock.Now, "interval");
        recipes.Failed(poll, "no route");
        recipes.Failed(poll, "no route");
        Assert.Equal(
            (2, "no route", null),
            (recipes.Get("zlib").Failures, recipes.Get("zlib").Outcome, recipes.Get("zlib").FirstContact)
        );
        Assert.Equal(2, recipes.Answered(poll, 10, 3, "3.0-1", news: true, "queued 3"));
        _clock.Now += TimeSpan.FromHours(1);
        recipes.Answered(poll, 10, 3, "3.0-1", news: false, "nothing new");
        RecipeRecord known = recipes.Get("zlib");
        Assert.Equal(
            (0, ManualClock.Noon, ManualClock.Noon, "nothing new"),
            (known.Failures, known.FirstContact, known.ChangedAt, known.Outcome)
        );
        recipes.Answered(poll with { Upstream = "https://elsewhere/z" }, 10, 3, "3.0-1", news: true, "queued 3");
        Assert.Equal(_clock.Now, recipes.Get("zlib").FirstContact);
        Assert.Equal(["poll-recovered", "poll-failed"], Kinds());
    }
}
