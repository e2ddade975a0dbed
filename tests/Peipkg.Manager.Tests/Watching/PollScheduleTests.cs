using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Tests.Watching;

public class PollScheduleTests
{
    private static readonly DateTimeOffset Noon = ManualClock.Noon;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly PollResult Quiet = new(true, false, false, HostMood.Fine);
    private static readonly PollResult News = Quiet with { News = true };
    private static readonly PollResult Overloaded = PollResult.Failed with { Host = HostMood.Overloaded };
    private static readonly PollResult Refused = PollResult.Failed with { Host = HostMood.Refused };

    private static PollTarget[] Targets(
        (string Recipe, TimeSpan Interval)[] roster,
        string host,
        string state = "as it was"
    ) => [.. roster.Select(r => new PollTarget(r.Recipe, state, host, r.Interval))];

    private static PollSchedule With(params (string, TimeSpan)[] roster)
    {
        PollSchedule schedule = new(new HostGate(2));
        schedule.Reload(Targets(roster, "host"), Noon);
        return schedule;
    }

    [Fact]
    public void Every_recipe_is_due_at_the_start_and_taken_once()
    {
        PollSchedule schedule = With(("a", Hour), ("b", Hour));
        Assert.Equal(["a", "b"], [schedule.Take(Noon)!.Recipe, schedule.Take(Noon)!.Recipe]);
        Assert.Null(schedule.Take(Noon));
        Assert.Null(schedule.NextDue(Noon));
    }

    [Theory]
    [InlineData(0.0, 60)]
    [InlineData(1.0, 54)]
    public void Jitter_only_shortens_the_interval(double jitter, int minutes)
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Complete(schedule.Take(Noon)!, Quiet, Noon.AddSeconds(5), jitter);
        Assert.Equal(Noon.AddMinutes(minutes), schedule.NextDue(Noon.AddSeconds(5)));
    }

    [Fact]
    public void After_news_an_upstream_is_polled_more_often_and_back_at_its_interval_after_four_quiet_polls()
    {
        PollSchedule schedule = With(("a", Hour));
        List<double> minutes = [];
        DateTimeOffset now = Noon;
        foreach (PollResult result in (PollResult[])[News, Quiet, Quiet, Quiet, Quiet, Quiet])
        {
            schedule.Complete(schedule.Take(now)!, result, now, 0);
            minutes.Add((schedule.NextDue(now)!.Value - now).TotalMinutes);
            now = schedule.NextDue(now)!.Value;
        }

        Assert.Equal([30, 37.5, 45, 52.5, 60, 60], minutes);
    }

    [Fact]
    public void No_upstream_is_polled_more_than_once_a_minute_by_itself()
    {
        PollSchedule schedule = With(("a", TimeSpan.FromMinutes(1)));
        schedule.Complete(schedule.Take(Noon)!, News, Noon, 0);
        Assert.Equal(Noon.AddSeconds(54), schedule.NextDue(Noon));
    }

    [Fact]
    public void A_trigger_makes_a_recipe_due_and_says_why()
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Complete(schedule.Take(Noon)!, Quiet, Noon, 0);
        Assert.True(schedule.Trigger("a", PollTrigger.Webhook, Noon.AddMinutes(1)));
        Assert.Equal(
            new DuePoll("a", PollTrigger.Webhook, "host", Noon.AddMinutes(1)),
            schedule.Take(Noon.AddMinutes(1))
        );
        Assert.False(schedule.Trigger("unknown", PollTrigger.Webhook, Noon));
    }

    [Fact]
    public void A_burst_of_triggers_during_a_poll_becomes_one_poll_after_it()
    {
        PollSchedule schedule = With(("a", Hour));
        DuePoll first = schedule.Take(Noon)!;
        for (int i = 0; i < 1000; i++)
        {
            schedule.Trigger("a", PollTrigger.Webhook, Noon);
        }

        Assert.Null(schedule.Take(Noon));
        schedule.Complete(first, Quiet, Noon, 0);
        DuePoll second = schedule.Take(Noon)!;
        Assert.Equal(PollTrigger.Webhook, second.Trigger);
        schedule.Complete(second, Quiet, Noon, 0);
        Assert.Null(schedule.Take(Noon));
    }

    [Fact]
    public void A_clock_that_jumps_back_never_postpones_beyond_the_interval()
    {
        PollSchedule schedule = With(("a", Hour));
        DateTimeOffset then = Noon.AddYears(-1);
        schedule.Complete(schedule.Take(Noon)!, Quiet, then, 0);
        Assert.Equal(then + Hour, schedule.NextDue(then));
    }

    [Fact]
    public void A_clock_that_jumps_back_while_recipes_wait_postpones_none_of_them()
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Complete(schedule.Take(Noon)!, Quiet, Noon, 0);
        Assert.Equal(Noon + Hour, schedule.NextDue(Noon.AddMinutes(20)));
        DateTimeOffset then = Noon.AddDays(-3);
        Assert.Equal(then.AddMinutes(40), schedule.NextDue(then));
        Assert.Null(schedule.Take(then.AddMinutes(39)));
        Assert.NotNull(schedule.Take(then.AddMinutes(40)));
    }

    [Fact]
    public void A_clock_that_jumps_ahead_and_back_again_costs_one_poll_and_postpones_none()
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Complete(schedule.Take(Noon)!, Quiet, Noon, 0);
        DateTimeOffset ahead = Noon.AddYears(1);
        schedule.Complete(schedule.Take(ahead)!, Quiet, ahead, 0);
        Assert.Equal(Noon.AddMinutes(61), schedule.NextDue(Noon.AddMinutes(1)));
    }

    [Fact]
    public void Triggers_that_keep_coming_and_bring_nothing_are_answered_once_a_second()
    {
        PollSchedule schedule = With(("a", Hour));
        DateTimeOffset now = Noon;
        schedule.Complete(schedule.Take(now)!, Quiet, now, 0);
        for (int i = 0; i < PollSchedule.VainPolls; i++)
        {
            schedule.Trigger("a", PollTrigger.Webhook, now);
            schedule.Complete(schedule.Take(now)!, Quiet, now, 0);
        }

        schedule.Trigger("a", PollTrigger.Webhook, now);
        Assert.Null(schedule.Take(now));
        Assert.Equal(now.AddSeconds(1), schedule.NextDue(now));
        now = now.AddSeconds(1);
        DuePoll poll = schedule.Take(now)!;
        schedule.Trigger("a", PollTrigger.Webhook, now);
        schedule.Complete(poll, News, now, 0);
        Assert.Equal(PollTrigger.Webhook, schedule.Take(now)!.Trigger);
    }

    [Fact]
    public void After_a_while_without_triggers_the_next_is_answered_at_once()
    {
        PollSchedule schedule = With(("a", Hour));
        for (int i = 0; i < 10; i++)
        {
            schedule.Trigger("a", PollTrigger.Webhook, Noon.AddMinutes(i));
            schedule.Complete(schedule.Take(Noon.AddMinutes(i))!, Quiet, Noon.AddMinutes(i), 0);
        }
    }

    [Fact]
    public void A_poll_that_took_longer_than_its_interval_is_followed_by_a_pause()
    {
        PollSchedule schedule = With(("a", TimeSpan.FromMinutes(1)));
        schedule.Complete(schedule.Take(Noon)!, Quiet, Noon.AddMinutes(10), 0);
        Assert.Equal(Noon.AddMinutes(10).AddSeconds(1), schedule.NextDue(Noon.AddMinutes(10)));
    }

    [Fact]
    public void A_reload_keeps_times_drops_what_is_gone_and_shortens_where_the_interval_shrank()
    {
        PollSchedule schedule = With(("a", Hour), ("b", Hour));
        DuePoll[] polls = [schedule.Take(Noon)!, schedule.Take(Noon)!];
        schedule.Complete(polls[0], Quiet, Noon, 0);
        schedule.Complete(polls[1], Quiet, Noon, 0);
        DateTimeOffset now = Noon.AddMinutes(10);
        schedule.Reload(Targets([("a", Hour)], "host"), now);
        Assert.Equal(Noon + Hour, schedule.NextDue(now));
        schedule.Reload(Targets([("a", TimeSpan.FromMinutes(5))], "host"), now);
        Assert.Equal(Noon.AddMinutes(15), schedule.NextDue(now));
        Assert.False(schedule.Trigger("b", PollTrigger.Webhook, now));
    }

    [Fact]
    public void A_changed_recipe_is_due_at_once_and_once_more_when_its_poll_had_begun()
    {
        PollSchedule schedule = With(("a", Hour));
        schedule.Complete(schedule.Take(Noon)!, Quiet, Noon, 0);
        DateTimeOffset now = Noon.AddMinutes(10);
        schedule.Reload(Targets([("a", Hour)], "host", "another revision"), now);
        DuePoll poll = schedule.Take(now)!;
        schedule.Reload(Targets([("a", Hour)], "host", "another revision"), now);
        schedule.Complete(poll, Quiet, now, 0);
        Assert.Equal(now + Hour, schedule.NextDue(now));

        now += Hour;
        poll = schedule.Take(now)!;
        schedule.Reload(Targets([("a", Hour)], "elsewhere", "another upstream"), now);
        Assert.Null(schedule.Take(now));
        schedule.Complete(poll, Quiet, now, 0);
        Assert.Equal("a", schedule.Take(now)!.Recipe);
    }

    [Fact]
    public void A_host_has_its_own_limit_and_others_do_not_wait_for_it()
    {
        PollSchedule schedule = new(new HostGate(2));
        schedule.Reload(
            [.. Targets([("a", Hour), ("b", Hour), ("c", Hour)], "one"), .. Targets([("d", Hour)], "two")],
            Noon
        );
        DuePoll[] polls = [schedule.Take(Noon)!, schedule.Take(Noon)!, schedule.Take(Noon)!];
        Assert.Equal(["a", "b", "d"], polls.Select(p => p.Recipe));
        Assert.Null(schedule.Take(Noon));
        Assert.Null(schedule.NextDue(Noon));
        schedule.Complete(polls[0], Quiet, Noon, 0);
        Assert.Equal("c", schedule.Take(Noon)!.Recipe);
    }

    [Fact]
    public void A_host_for_which_it_is_too_much_is_left_alone_and_then_asked_by_one_at_a_time_until_it_answered_three_times()
    {
        PollSchedule schedule = new(new HostGate(2));
        schedule.Reload(
            Targets(
                [("a", Hour), ("b", Hour), ("c", Hour), ("d", Hour), ("e", Hour), ("f", Hour), ("g", Hour)],
                "host"
            ),
            Noon
        );
        DuePoll[] first = [schedule.Take(Noon)!, schedule.Take(Noon)!];
        Assert.Equal(TimeSpan.FromMinutes(1), schedule.Complete(first[0], Overloaded, Noon, 0));
        Assert.Null(schedule.Complete(first[1], Overloaded, Noon, 0));
        Assert.Null(schedule.Take(Noon.AddSeconds(59)));
        Assert.False(schedule.IsPending("c", Noon.AddSeconds(59)));
        Assert.Equal(Noon.AddMinutes(1), schedule.NextDue(Noon.AddSeconds(59)));

        DateTimeOffset later = Noon.AddMinutes(1);
        foreach (string recipe in (string[])["c", "d", "e"])
        {
            DuePoll probe = schedule.Take(later)!;
            Assert.Equal(recipe, probe.Recipe);
            Assert.Null(schedule.Take(later));
            schedule.Complete(probe, Quiet, later, 0);
        }

        DuePoll next = schedule.Take(later)!;
        Assert.NotNull(schedule.Take(later));
        Assert.Equal(TimeSpan.FromMinutes(1), schedule.Complete(next, Overloaded, later, 0));
    }

    [Fact]
    public void A_refusal_is_one_repositorys_affair_until_three_in_a_row_were_refused()
    {
        PollSchedule schedule = new(new HostGate(2));
        schedule.Reload(
            Targets([("a", Hour), ("b", Hour), ("c", Hour), ("d", Hour), ("e", Hour), ("f", Hour)], "host"),
            Noon
        );
        foreach (PollResult result in (PollResult[])[Refused, Refused, Quiet, Refused, Refused])
        {
            Assert.Null(schedule.Complete(schedule.Take(Noon)!, result, Noon, 0));
        }

        DuePoll last = schedule.Take(Noon)!;
        Assert.Equal("f", last.Recipe);
        Assert.Equal(TimeSpan.FromMinutes(1), schedule.Complete(last, Refused, Noon, 0));
    }

    [Fact]
    public void Only_those_that_are_asked_for_are_taken_and_waited_for()
    {
        PollSchedule schedule = With(("a", Hour), ("b", Hour));
        HashSet<string> left = ["b"];
        Assert.Equal("b", schedule.Take(Noon, left)!.Recipe);
        left.Clear();
        Assert.Null(schedule.Take(Noon, left));
        Assert.Null(schedule.NextDue(Noon, left));
        Assert.Equal(Noon, schedule.NextDue(Noon));
    }

    [Fact]
    public void Each_refusal_in_a_row_doubles_the_time_up_to_an_hour_and_a_clock_set_back_ends_it()
    {
        HostGate gate = new(1);
        List<double> minutes = [];
        DateTimeOffset now = Noon;
        for (int i = 0; i < 8; i++)
        {
            gate.Begin("host");
            TimeSpan pause = gate.End("host", HostMood.Overloaded, now)!.Value;
            minutes.Add(pause.TotalMinutes);
            Assert.False(gate.MayBegin("host", now));
            Assert.True(gate.MayBegin("host", now.AddSeconds(-1)));
            now += pause;
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], minutes);
        Assert.True(gate.MayBegin("other", now));
    }

    [Theory]
    [InlineData("fatal: unable to access 'https://h/r/': The requested URL returned error: 429", "Overloaded")]
    [InlineData("error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429", "Overloaded")]
    [InlineData("fatal: unable to access 'https://h/r/': The requested URL returned error: 403", "Refused")]
    [InlineData("git ls-remote for https://h/r took longer than 2m0s and was stopped", "Overloaded")]
    [InlineData("git ls-remote for https://h/r was silent for 1m0s and was stopped", "Overloaded")]
    [InlineData(
        "fatal: unable to access 'https://h/r/': Failed to connect to h port 443: Connection timed out",
        "Overloaded"
    )]
    [InlineData("ssh: connect to host h port 22: Connection timed out", "Overloaded")]
    [InlineData("fatal: unable to access 'https://h/r/': The requested URL returned error: 404", "Fine")]
    [InlineData("fatal: repository 'https://h/403/429/' not found", "Fine")]
    [InlineData("fatal: unable to access 'https://h/': Could not resolve host: h", "Fine")]
    public void What_git_says_tells_whether_a_host_wants_to_be_left_alone(string error, string mood) =>
        Assert.Equal(mood, HostTrouble.In(error).ToString());
}
