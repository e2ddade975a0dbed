using Peipkg.Manager.Publishing;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Publishing;

public sealed class FarmClockTests : IDisposable
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(36);

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly ManagerDatabase _database;
    private readonly FarmClock _farm;
    private DateTimeOffset? _kernel;

    public FarmClockTests()
    {
        _database = ManagerDatabase.Open(_directory["manager.db"]);
        _farm = Make();
        _farm.Begin(_clock.Now);
    }

    private FarmClock Make(ManagerDatabase? database = null) =>
        new(
            new SettingStore(database ?? _database, _clock),
            new RepositoryState(_directory["repo"]),
            () => _kernel,
            _clock
        );

    private string? Doubt => _farm.WhyDoubtful(() => null);

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_clock_that_leaps_is_doubted_until_it_is_right_again_or_an_operator_confirms_it()
    {
        _clock.Now += Most;
        Assert.Null(Doubt);
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Contains("2026-05-09T00:00:01Z", Doubt, StringComparison.Ordinal);
        Assert.Contains("peipkg-manager ack clock", Doubt, StringComparison.Ordinal);

        // Looking at it often makes it no truer.
        _farm.Note();
        Assert.NotNull(Doubt);
        _clock.Now = ManualClock.Noon;
        Assert.Null(Doubt);
        _clock.Now = ManualClock.Noon.AddYears(30);
        Assert.NotNull(Doubt);
        FarmClock.Confirm(new SettingStore(_database, _clock), _clock);
        Assert.Null(Doubt);
    }

    [Fact]
    public void A_new_farm_doubts_a_clock_that_leapt_after_its_configuration_was_written()
    {
        using ManagerDatabase database = ManagerDatabase.Open(_directory["new.db"]);
        DateTimeOffset written = _clock.Now;
        _clock.Now = written.AddYears(30);
        FarmClock farm = Make(database);
        farm.Begin(written);
        Assert.NotNull(farm.WhyDoubtful(() => null));
        Assert.Equal(written, farm.Believed());

        // The clock is set right, and the farm works on.
        _clock.Now = written + Most;
        Assert.Null(farm.WhyDoubtful(() => null));
        Assert.Equal(_clock.Now, farm.Believed());
    }

    [Fact]
    public void A_configuration_from_the_future_vouches_for_nothing_but_now()
    {
        using ManagerDatabase database = ManagerDatabase.Open(_directory["new.db"]);
        FarmClock farm = Make(database);
        farm.Begin(_clock.Now.AddYears(1));
        Assert.Equal(_clock.Now, farm.Believed());
        _clock.Now += Most + TimeSpan.FromSeconds(1);
        Assert.NotNull(farm.WhyDoubtful(() => null));
    }

    [Fact]
    public void A_farm_that_works_on_believes_its_clock_for_years()
    {
        for (int hours = 0; hours < 24 * 10; hours++)
        {
            _clock.Now += TimeSpan.FromHours(1);
            _farm.Note();
        }

        Assert.Null(Doubt);
    }

    [Fact]
    public void What_was_built_shortly_before_and_a_time_service_that_agrees_are_believed()
    {
        _clock.Now += Most * 40;
        Assert.NotNull(Doubt);
        Assert.Null(_farm.WhyDoubtful(() => _clock.Now - Most));
        Assert.NotNull(_farm.WhyDoubtful(() => _clock.Now - (Most * 2)));
        Assert.Null(_farm.WhyDoubtful(() => _clock.Now + Most));
        Assert.NotNull(_farm.WhyDoubtful(() => _clock.Now + Most + TimeSpan.FromSeconds(1)));
        Assert.NotNull(_farm.WhyDoubtful(() => _clock.Now.AddYears(50)));
        _kernel = _clock.Now.AddMinutes(-1);
        Assert.Null(Doubt);
        _kernel = ManualClock.Noon;
        Assert.NotNull(Doubt);
    }
}
