using Peipkg.Manager.Configuration;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Configuration;

public class FailurePolicyTests
{
    private static readonly FailurePolicy Policy = new(FailurePolicy.DefaultGiveUpAfter);

    private static IEnumerable<int?> Minutes(FailureCause cause) =>
        Enumerable.Range(1, 9).Select(n => (int?)Policy.DelayAfter(cause, n)?.TotalMinutes);

    [Fact]
    public void A_recipes_failures_back_off_as_documented_and_end_after_eight() =>
        Assert.Equal([1, 5, 15, 60, 360, 1440, 1440, null, null], Minutes(FailureCause.Recipe));

    [Fact]
    public void What_is_not_the_recipes_fault_is_tried_hourly_for_ever() =>
        Assert.Equal([1, 5, 15, 60, 60, 60, 60, 60, 60], Minutes(FailureCause.Infrastructure));
}
