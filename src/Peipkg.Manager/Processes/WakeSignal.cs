namespace Peipkg.Manager.Processes;

/// <summary>
/// Wakes one waiting loop. Signals given while nobody waits are kept as one, so a loop that looks at its work after
/// each wake never misses any.
/// </summary>
internal sealed class WakeSignal
{
    // Timers beyond some 49 days do not exist; and a clock that jumps is noticed after this time at the latest.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set()
    {
        lock (_gate)
        {
            _signal.TrySetResult();
        }
    }

    /// <summary>Waits for a signal, for the given time, or for a minute; whichever comes first.</summary>
    public async Task WaitAsync(DateTimeOffset? until, TimeProvider clock, CancellationToken cancellation)
    {
        TimeSpan delay = until is { } time ? time - clock.GetUtcNow() : Longest;
        delay =
            delay < TimeSpan.Zero ? TimeSpan.Zero
            : delay > Longest ? Longest
            : delay;
        Task signalled;
        lock (_gate)
        {
            signalled = _signal.Task;
        }

        try
        {
            // A millisecond more: timers may fire early, and a loop must not find its work not quite due.
            await signalled.WaitAsync(delay + TimeSpan.FromMilliseconds(1), clock, cancellation);
        }
        catch (TimeoutException)
        {
            return;
        }

        lock (_gate)
        {
            if (ReferenceEquals(_signal.Task, signalled))
            {
                _signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
