using Peipkg.Format.Attestations;
using Peipkg.Manager.Building;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Building;

public class ReproductionChoiceTests
{
    private static readonly DateTimeOffset Now = ManualClock.Noon;

    private static Reproduction Of(string recipe, int? judgedDaysAgo = null) =>
        new()
        {
            Original = 1,
            BuildId = 1,
            Recipe = recipe,
            Version = "1-1",
            Tag = "v1",
            CommitId = "c",
            Packages = [],
            Verdict = judgedDaysAgo is null ? null : RebuildOutcome.Identical,
            JudgedAt = judgedDaysAgo is { } days ? Now.AddDays(-days) : null,
        };

    [Fact]
    public void What_was_never_judged_is_first_and_then_the_oldest_verdict()
    {
        Assert.Equal(
            ["never", "old", "new"],
            ReproductionChoice.InOrder([Of("new", 1), Of("old", 9), Of("never")], Now).Select(one => one.Recipe)
        );
    }

    [Fact]
    public void What_is_paused_or_waits_after_a_try_without_verdict_is_left_out()
    {
        Reproduction waits = Of("waits") with { NextAttempt = Now.AddHours(1) };
        Reproduction again = Of("again") with { NextAttempt = Now };
        Reproduction paused = Of("paused") with { IsPaused = true };
        Assert.Equal(["again"], ReproductionChoice.InOrder([waits, again, paused], Now).Select(one => one.Recipe));
    }

    [Fact]
    public void They_are_spread_over_the_day()
    {
        Assert.Null(ReproductionChoice.DueAt(0, null, Now));
        Assert.Equal(DateTimeOffset.MinValue, ReproductionChoice.DueAt(4, null, Now));
        Assert.Equal(Now.AddHours(5), ReproductionChoice.DueAt(4, Now.AddHours(-1), Now));

        // A clock was set back.
        Assert.Equal(DateTimeOffset.MinValue, ReproductionChoice.DueAt(4, Now.AddYears(1), Now));
    }

    [Fact]
    public void Tries_without_verdict_become_rarer()
    {
        Assert.Equal(
            [1, 2, 4, 8, 16, 32, 32],
            Enumerable.Range(0, 7).Select(tries => (int)ReproductionChoice.DelayAfter(tries).TotalDays)
        );
    }
}
