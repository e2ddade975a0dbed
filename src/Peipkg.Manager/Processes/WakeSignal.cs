namespace Peipkg.Manager.Processes;

/// <summary>
/// Wakes one waiting loop. Signals given while nobody waits are kept as one, so a loop that looks at its work after
/// each wake never misses any.
/// </summary>
internal sealed class WakeSignal
{
    // Timers beyond some 49 days do not exist; and a clock that jumps is noticed after this time at the latest.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Set()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is set already.
        }
    }

    /// <summary>Waits for a signal, for the given time, or for a minute; whichever comes first.</summary>
    public async Task WaitAsync(DateTimeOffset? until, TimeProvider clock, CancellationToken stop)
    {
        TimeSpan delay = until is { } time ? time - clock.GetUtcNow() : Longest;
        delay = delay < TimeSpan.Zero ? TimeSpan.Zero : delay > Longest ? Longest : delay;

        // A millisecond more: timers may fire early, and a loop must not find its work not quite due.
        await _signal.WaitAsync(delay + TimeSpan.FromMilliseconds(1), stop);
    }
}
