using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// What a failure leads to, by its cause. A recipe that fails with the same tag will fail again: ever rarer, and after
/// <paramref name="giveUpAfter"/> times not until someone acts. What is not its fault is tried for ever and never counts.
/// </summary>
/// <param name="giveUpAfter">Consecutive failures of the recipe, at least 1.</param>
internal sealed class FailurePolicy(int giveUpAfter)
{
    /// <summary>Failures of one version before it is given up, unless configured.</summary>
    public const int DefaultGiveUpAfter = 8;

    /// <summary>How long to wait before the next attempt; null: it is given up.</summary>
    /// <param name="cause">Of the latest failure.</param>
    /// <param name="failures">Consecutive failures of that cause, the latest included.</param>
    public TimeSpan? DelayAfter(FailureCause cause, int failures) =>
        cause switch
        {
            FailureCause.Recipe when failures >= giveUpAfter => null,
            FailureCause.Recipe => BackoffSchedule.Recipe.DelayAfter(failures),
            _ => BackoffSchedule.Infrastructure.DelayAfter(failures),
        };
}
