using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Tests.Watching;

public class PollScheduleTests
{
    private static readonly DateTimeOffset Noon = ManualClock.Noon;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static PollSchedule With(params (string, TimeSpan)[] roster)
    {
        PollSchedule schedule = new();
        schedule.Reload(roster, Noon);
        return schedule;
    }

    [Fact]
    public void Every_recipe_is_due_at_the_start_and_taken_once()
    {
        PollSchedule schedule = With(("a", Hour), ("b", Hour));
        Assert.Equal(["a", "b"], [schedule.Take(Noon)!.Recipe, schedule.Take(Noon)!.Recipe]);
        Assert.Null(schedule.Take(Noon));
        Assert.Null(schedule.NextDue());
    }

    [Theory]
    [InlineData(0.0, 60)]
    [InlineData(1.0, 54)]
    public void Jitter_only_shortens_the_interval(double jitter, int minutes)
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Take(Noon);
        schedule.Complete("a", Noon.AddSeconds(5), jitter);
        Assert.Equal(Noon.AddMinutes(minutes), schedule.NextDue());
    }

    [Fact]
    public void A_trigger_makes_a_recipe_due_and_says_why()
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Take(Noon);
        schedule.Complete("a", Noon, 0);
        Assert.True(schedule.Trigger("a", PollTrigger.Webhook, Noon.AddMinutes(1)));
        Assert.Equal(new DuePoll("a", PollTrigger.Webhook), schedule.Take(Noon.AddMinutes(1)));
        Assert.False(schedule.Trigger("unknown", PollTrigger.Webhook, Noon));
    }

    [Fact]
    public void A_burst_of_triggers_during_a_poll_becomes_one_poll_after_it()
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Take(Noon);
        for (int i = 0; i < 1000; i++)
        {
            schedule.Trigger("a", PollTrigger.Webhook, Noon);
        }

        Assert.Null(schedule.Take(Noon));
        schedule.Complete("a", Noon, 0);
        Assert.Equal(new DuePoll("a", PollTrigger.Webhook), schedule.Take(Noon));
        schedule.Complete("a", Noon, 0);
        Assert.Null(schedule.Take(Noon));
    }

    [Fact]
    public void A_clock_that_jumps_back_never_postpones_beyond_the_interval()
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Take(Noon);
        schedule.Complete("a", Noon.AddYears(-1), 0);
        Assert.Equal(Noon.AddYears(-1) + Hour, schedule.NextDue());
    }

    [Fact]
    public void A_poll_that_took_longer_than_its_interval_is_followed_by_a_pause()
    {
        PollSchedule schedule = With(("a", TimeSpan.FromMinutes(1)));
        schedule.Take(Noon);
        schedule.Complete("a", Noon.AddMinutes(10), 0);
        Assert.Equal(Noon.AddMinutes(10).AddSeconds(1), schedule.NextDue());
    }

    [Fact]
    public void A_reload_keeps_times_drops_what_is_gone_and_shortens_where_the_interval_shrank()
    {
        PollSchedule schedule = With(("a", Hour), ("b", Hour));
        schedule.Take(Noon);
        schedule.Take(Noon);
        schedule.Complete("a", Noon, 0);
        schedule.Complete("b", Noon, 0);
        schedule.Reload([("a", Hour)], Noon.AddMinutes(10));
        Assert.Equal(Noon + Hour, schedule.NextDue());
        schedule.Reload([("a", TimeSpan.FromMinutes(5))], Noon.AddMinutes(10));
        Assert.Equal(Noon.AddMinutes(15), schedule.NextDue());
        Assert.False(schedule.Trigger("b", PollTrigger.Webhook, Noon));
    }
}
