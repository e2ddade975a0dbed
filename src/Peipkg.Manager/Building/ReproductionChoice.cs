using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Building;

/// <summary>What is built again next, and when. Pure.</summary>
internal static class ReproductionChoice
{
    private const int LongestWait = 5;

    /// <summary>What has no verdict first, then what has the oldest; what failed for another reason, not before its time.</summary>
    /// <param name="all">What is published and offered.</param>
    /// <param name="now">The present.</param>
    public static IEnumerable<Reproduction> InOrder(IEnumerable<Reproduction> all, DateTimeOffset now) =>
        all.Where(one => !one.IsPaused && (one.NextAttempt is not { } next || next <= now))
            .OrderBy(one => one.JudgedAt ?? DateTimeOffset.MinValue)
            .ThenBy(one => one.Recipe, StringComparer.Ordinal)
            .ThenBy(one => one.Original);

    /// <summary>When the next one may begin: they are spread over the day.</summary>
    /// <param name="perDay">How many in 24 hours; 0: none.</param>
    /// <param name="last">When the latest began.</param>
    /// <param name="now">The present.</param>
    /// <returns>Null: never. A time in the past: at once.</returns>
    public static DateTimeOffset? DueAt(int perDay, DateTimeOffset? last, DateTimeOffset now) =>
        perDay == 0 ? null
        // A time in the future is that of a clock that has been set back since.
        : last is not { } begun || begun > now ? DateTimeOffset.MinValue
        : begun + (TimeSpan.FromDays(1) / perDay);

    /// <summary>How long something waits that came to no verdict: a day, then two, and at most 32.</summary>
    /// <param name="tries">How often it was tried before without one.</param>
    public static TimeSpan DelayAfter(int tries) => TimeSpan.FromDays(1 << Math.Min(tries, LongestWait));
}
