using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Storage;

public sealed class BuildStoreTests : IDisposable
{
    private static readonly ListedTag Tag = new("v1.0", new string('a', 40), new string('b', 40));

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private ManagerDatabase _database;

    public BuildStoreTests() => _database = ManagerDatabase.Open(_directory["manager.db"]);

    private BuildStore Builds => new(_database, _clock);

    private AttemptStore Attempts => new(_database, _clock);

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
        Builds.Queue([new QueueEntry("zlib", version, Tag, BuildReason.Poll, "")]);
        return Builds.OfRecipe("zlib").Single(b => b.Version == version);
    }

    [Fact]
    public void A_queued_version_is_due_at_once_and_only_once()
    {
        Queue();
        Queue();
        BuildRecord build = Assert.Single(Builds.Due(_clock.Now));
        Assert.Equal((BuildState.Queued, "v1.0", 0), (build.State, build.Tag, build.Attempts));
        Assert.Equal(DateTimeOffset.UnixEpoch, Builds.NextDue());
    }

    [Fact]
    public void A_whole_attempt_leads_from_queued_to_done()
    {
        BuildRecord build = Queue();
        long attempt = Attempts.Begin(build.Id);
        Assert.Equal(BuildState.Fetching, Builds.Get(build.Id).State);
        Attempts.Fetched(build.Id, attempt);
        Assert.Equal(BuildState.Building, Builds.Get(build.Id).State);
        Attempts.Built(build.Id, attempt, [new BuildOutput("a.peipkg", new string('0', 64), 7)]);
        Assert.Equal(BuildState.Publishing, Builds.Get(build.Id).State);
        Assert.Equal([new BuildOutput("a.peipkg", new string('0', 64), 7)], Attempts.Outputs(attempt));
        Attempts.Published(build.Id, attempt, generation: 4, synced: false);
        Assert.Equal(BuildState.Syncing, Builds.Get(build.Id).State);
        Builds.FinishSyncing(3);
        Assert.Equal(BuildState.Syncing, Builds.Get(build.Id).State);
        Builds.FinishSyncing(4);
        Assert.Equal(BuildState.Done, Builds.Get(build.Id).State);
        Assert.Empty(Builds.Due(_clock.Now.AddYears(1)));
    }

    [Fact]
    public void A_failure_waits_for_its_time_also_over_a_restart()
    {
        BuildRecord build = Queue();
        long attempt = Attempts.Begin(build.Id);
        Attempts.Failed(build.Id, attempt, FailureCause.Recipe, "exit 1", _clock.Now.AddMinutes(1));
        Reopen();
        Assert.Empty(Builds.Due(_clock.Now.AddSeconds(59)));
        Assert.Equal(_clock.Now.AddMinutes(1), Builds.NextDue());
        BuildRecord due = Assert.Single(Builds.Due(_clock.Now.AddSeconds(60)));
        Assert.Equal((BuildState.Failed, 1, "exit 1"), (due.State, due.Failures, due.Detail));
        Assert.Equal(due, Assert.Single(Builds.Failing()));
    }

    [Fact]
    public void After_a_crash_what_was_fetching_or_building_is_queued_again_and_not_blamed()
    {
        BuildRecord one = Queue("1.0-1");
        BuildRecord two = Queue("2.0-1");
        Attempts.Begin(one.Id);
        Attempts.Fetched(two.Id, Attempts.Begin(two.Id));
        Reopen();
        Assert.Equal(2, Attempts.Requeue());
        Assert.Equal(0, Attempts.Requeue());
        Assert.All(Builds.OfRecipe("zlib"), b => Assert.Equal((BuildState.Queued, 0, 1), (b.State, b.Failures, b.Attempts)));
    }

    [Fact]
    public void After_a_crash_what_was_publishing_stays_so()
    {
        BuildRecord build = Queue();
        long attempt = Attempts.Begin(build.Id);
        Attempts.Fetched(build.Id, attempt);
        Attempts.Built(build.Id, attempt, []);
        Reopen();
        Assert.Equal(0, Attempts.Requeue());
        Assert.Equal(BuildState.Publishing, Assert.Single(Builds.Due(_clock.Now)).State);
    }

    [Fact]
    public void Queueing_does_not_touch_a_build_under_way()
    {
        BuildRecord build = Queue();
        Attempts.Begin(build.Id);
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
    public void A_failed_sync_keeps_the_last_good_generation()
    {
        SyncStore sync = new(_database, _clock);
        Assert.Equal(SyncTargetRecord.Fresh, sync.Get("k"));
        sync.Failed("k", "rsync", "/srv", "refused", _clock.Now.AddMinutes(1));
        sync.Succeeded("k", "rsync", "/srv", "f1", 3);
        sync.Failed("k", "rsync", "/srv", "refused", _clock.Now.AddMinutes(5));
        Assert.Equal(new SyncTargetRecord("f1", 3, _clock.Now, 1, _clock.Now.AddMinutes(5), "refused"), sync.Get("k"));
    }
}
