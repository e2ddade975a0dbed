namespace Peipkg.Manager.Watching;

/// <summary>How long to wait after the n-th failure in a row: 1m 5m 15m 1h 6h, then 24h each time (SPEC §9).</summary>
internal static class BackoffSchedule
{
    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(6),
        TimeSpan.FromHours(24),
    ];

    /// <param name="failures">Consecutive failures, the latest included; at least 1.</param>
    public static TimeSpan DelayAfter(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        return Delays[Math.Min(failures, Delays.Length) - 1];
    }
}
