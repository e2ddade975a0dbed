namespace Peipkg.Manager.Configuration;

/// <summary>How long to wait after the n-th failure in a row; the last delay repeats.</summary>
internal sealed class BackoffSchedule
{
    private readonly TimeSpan[] _delays;

    private BackoffSchedule(params int[] minutes) => _delays = [.. minutes.Select(m => TimeSpan.FromMinutes(m))];

    /// <summary>1m 5m 15m 1h 6h 24h (SPEC §9): the same input will most likely fail again.</summary>
    public static BackoffSchedule Recipe { get; } = new(1, 5, 15, 60, 360, 1440);

    /// <summary>
    /// The same up to an hour, then hourly: networks, disks and hosts come back by themselves, and nobody wants to wait
    /// a day for it.
    /// </summary>
    public static BackoffSchedule Infrastructure { get; } = new(1, 5, 15, 60);

    /// <param name="failures">Consecutive failures, the latest included; at least 1.</param>
    public TimeSpan DelayAfter(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        return _delays[Math.Min(failures, _delays.Length) - 1];
    }
}
