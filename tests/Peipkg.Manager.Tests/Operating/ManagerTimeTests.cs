using Peipkg.Manager.Operating;

namespace Peipkg.Manager.Tests.Operating;

public sealed class ManagerTimeTests
{
    [Fact]
    public void Times_are_said_in_the_largest_unit_that_tells_enough()
    {
        DateTimeOffset now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal("0 s ago", ManagerTime.InWords("2026-05-01T12:00:00Z", now));
        Assert.Equal("119 s ago", ManagerTime.InWords("2026-05-01T11:58:01Z", now));
        Assert.Equal("in 5 min", ManagerTime.InWords("2026-05-01T12:05:30Z", now));
        Assert.Equal("23 h ago", ManagerTime.InWords("2026-04-30T13:00:00Z", now));
        Assert.Equal("in 3 d", ManagerTime.InWords("2026-05-04T12:00:00Z", now));
    }
}
