using Peipkg.Manager.Configuration;

namespace Peipkg.Manager.Tests.Configuration;

public class StateLockTests
{
    [Fact]
    public void The_second_manager_is_told_who_the_first_is()
    {
        using TemporaryDirectory directory = new();
        using StateLock first = StateLock.Acquire(directory["manager.lock"], 4711, ManualClock.Noon);
        StateLockedException e = Assert.Throws<StateLockedException>(() =>
            StateLock.Acquire(directory["manager.lock"], 4712, ManualClock.Noon)
        );
        Assert.Contains("pid 4711, started 2026-05-07T12:00:00Z", e.Message, StringComparison.Ordinal);
        Assert.Contains(directory.Path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_released_lock_can_be_taken_again()
    {
        using TemporaryDirectory directory = new();
        StateLock.Acquire(directory["manager.lock"], 123456, ManualClock.Noon).Dispose();
        StateLock.Acquire(directory["manager.lock"], 1, ManualClock.Noon).Dispose();
        Assert.Equal("pid 1, started 2026-05-07T12:00:00Z\n", File.ReadAllText(directory["manager.lock"]));
    }
}
