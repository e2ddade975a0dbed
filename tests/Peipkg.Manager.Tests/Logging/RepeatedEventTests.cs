using Peipkg.Manager.Logging;

namespace Peipkg.Manager.Tests.Logging;

public class RepeatedEventTests
{
    [Fact]
    public void What_happens_once_is_said_once()
    {
        TimedClock clock = new();
        using RepeatedEvent repeated = new(clock);
        List<long?> said = [];
        repeated.Occurred(said.Add);
        clock.Advance();
        repeated.Occurred(said.Add);
        Assert.Equal([null, null], said);
    }

    [Fact]
    public void What_keeps_happening_is_counted_and_said_once_a_minute()
    {
        TimedClock clock = new();
        using RepeatedEvent repeated = new(clock);
        List<long?> said = [];
        for (int i = 0; i < 3000; i++)
        {
            repeated.Occurred(said.Add);
        }

        Assert.Equal([null], said);
        clock.Advance();
        Assert.Equal([null, 2999], said);
        repeated.Occurred(said.Add);
        clock.Advance();
        clock.Advance();
        Assert.Equal([null, 2999, null], said);
    }

    /// <summary>A clock whose timers go off when it is told to.</summary>
    private sealed class TimedClock : TimeProvider
    {
        private readonly List<Timer> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timer timer = new(() => callback(state)) { IsSet = true };
            _timers.Add(timer);
            return timer;
        }

        public void Advance()
        {
            foreach (Timer timer in _timers.Where(timer => timer.IsSet).ToList())
            {
                timer.IsSet = false;
                timer.Ring();
            }
        }

        private sealed class Timer(Action ring) : ITimer
        {
            public bool IsSet { get; set; }

            public void Ring() => ring();

            public bool Change(TimeSpan dueTime, TimeSpan period) => IsSet = true;

            public void Dispose() => IsSet = false;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
