using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Building;

public class LimitTests
{
    private static readonly BuildLimits Farm = new(
        TimeSpan.FromSeconds(5),
        TimeSpan.FromHours(2),
        1 << 20,
        200L << 20,
        Processes: 100
    );

    [Fact]
    public void A_recipe_does_not_lift_what_the_operator_allows() =>
        Assert.Equal(
            Farm,
            new BuildLimits(
                TimeSpan.FromHours(500),
                TimeSpan.FromHours(500),
                long.MaxValue,
                long.MaxValue,
                Processes: 1_000_000
            ).Within(Farm)
        );

    [Fact]
    public void A_recipe_may_ask_for_less_and_for_what_the_operator_leaves_open() =>
        Assert.Equal(
            Farm with
            {
                Time = TimeSpan.FromSeconds(1),
                Memory = 100L << 20,
                Cpus = 2,
                Disk = 1L << 30,
            },
            new BuildLimits(TimeSpan.FromSeconds(1), Memory: 100L << 20, Cpus: 2, Disk: 1L << 30).Within(Farm)
        );

    [Fact]
    public void A_recipe_that_asks_for_nothing_gets_what_the_operator_allows() =>
        Assert.Equal(Farm, BuildLimits.Unsaid.Within(Farm));
}
