using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Storage;

public sealed class TroubleStoreTests : IDisposable
{
    private static readonly (string Key, TroubleSeverity Severity, string Detail, bool IsTold) Paused = (
        "paused",
        TroubleSeverity.Warning,
        "p",
        false
    );
    private static readonly (string Key, TroubleSeverity Severity, string Detail, bool IsTold) Sync = (
        "sync:a",
        TroubleSeverity.Error,
        "s",
        true
    );

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly ManagerDatabase _database;
    private readonly TroubleStore _troubles;

    public TroubleStoreTests()
    {
        _database = ManagerDatabase.Open(_directory["manager.db"]);
        _troubles = new TroubleStore(_database, _clock);
    }

    private string[] Events => [.. new EventStore(_database, _clock).After(0, 100).Select(e => $"{e.Kind} {e.Detail}")];

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_trouble_is_told_once_when_it_begins_and_once_when_it_is_over_and_keeps_its_time()
    {
        _troubles.Observe([Paused, Sync]);
        _clock.Now += TimeSpan.FromHours(1);
        _troubles.Observe([Paused, Sync]);
        Assert.Equal(["trouble paused: p"], Events);
        Assert.All(_troubles.All(), trouble => Assert.Equal(ManualClock.Noon, trouble.Since));
        _troubles.Observe([]);
        Assert.Equal(["trouble-over paused", "trouble-over sync:a"], Events[1..]);
        Assert.Empty(_troubles.All());
    }

    [Fact]
    public void What_was_said_of_a_trouble_counts_until_its_time_or_until_the_trouble_is_over()
    {
        _troubles.Observe([Paused, Sync]);
        _troubles.Acknowledge("paused", "a holiday", _clock.Now + TimeSpan.FromHours(1));
        _troubles.Acknowledge("sync:a", "known", null);
        Assert.Equal(2, _troubles.Acknowledged().Count);
        _clock.Now += TimeSpan.FromHours(2);
        Assert.Equal("sync:a", Assert.Single(_troubles.Acknowledged()).Key);
        _troubles.Observe([Paused]);
        _troubles.Observe([Paused, Sync]);
        Assert.Empty(_troubles.Acknowledged());
    }

    [Fact]
    public void What_was_said_of_a_trouble_that_ended_before_it_was_looked_at_says_nothing_of_the_next()
    {
        _troubles.Acknowledge("paused", "a holiday", null);
        _troubles.Keep("rebuild:x", TroubleSeverity.Warning, "other bytes");
        _troubles.Acknowledge("rebuild:x", "later", _clock.Now + TimeSpan.FromHours(1));
        _troubles.Observe([]);
        Assert.Equal("rebuild:x", Assert.Single(_troubles.Acknowledged()).Key);

        // Nothing else changes when its time has come; a clock that is set back brings it back no more.
        _clock.Now += TimeSpan.FromHours(1);
        Assert.Empty(_troubles.Acknowledged());
        _troubles.Observe([]);
        _clock.Now = ManualClock.Noon;
        Assert.Empty(_troubles.Acknowledged());
    }

    [Fact]
    public void What_happened_once_stays_until_somebody_has_looked_at_it()
    {
        _troubles.Keep("rebuild:x", TroubleSeverity.Warning, "other bytes");
        _troubles.Observe([]);
        Assert.True(Assert.Single(_troubles.All()).IsKept);
        _troubles.Acknowledge("rebuild:x", "seen", null);
        Assert.Empty(_troubles.All());
    }
}
