using Microsoft.Extensions.Logging;

namespace Peipkg.Manager.Building;

/// <summary>Events about builds.</summary>
internal static partial class BuildEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "starting build")]
    public static partial void Starting(
        ILogger logger,
        string recipe,
        string version,
        string tag,
        string reason,
        long attempt,
        string? pool
    );

    [LoggerMessage(Level = LogLevel.Debug, Message = "source fetched")]
    public static partial void Fetched(ILogger logger, string recipe, string version, string commit, TimeSpan duration);

    [LoggerMessage(Level = LogLevel.Debug, Message = "packages built")]
    public static partial void Built(ILogger logger, string recipe, string version, int packages, TimeSpan duration);

    [LoggerMessage(Level = LogLevel.Error, Message = "build failed")]
    public static partial void Failed(
        ILogger logger,
        string recipe,
        string version,
        string cause,
        string error,
        int failures,
        TimeSpan nextRetryAfter,
        string log,
        string? logTail
    );

    // To whoever waits for failures it is one: the last.
    [LoggerMessage(Level = LogLevel.Error, EventName = "build given up", Message = "build failed")]
    public static partial void GivenUp(
        ILogger logger,
        string recipe,
        string version,
        string cause,
        string error,
        int failures,
        string givenUpUntil,
        string log,
        string? logTail
    );

    [LoggerMessage(Level = LogLevel.Information, Message = "building again what is published")]
    public static partial void Reproducing(ILogger logger, string recipe, string version, long attempt, string? pool);

    [LoggerMessage(Level = LogLevel.Information, Message = "reproduced, the bytes are the same")]
    public static partial void Reproduced(ILogger logger, string recipe, string version, long attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "not reproduced, what is published stays")]
    public static partial void NotReproduced(
        ILogger logger,
        string recipe,
        string version,
        string verdict,
        string difference,
        string log
    );

    [LoggerMessage(Level = LogLevel.Information, Message = "not judged, something else is in the way")]
    public static partial void NotJudged(
        ILogger logger,
        string recipe,
        string version,
        string error,
        TimeSpan nextTryAfter
    );

    [LoggerMessage(Level = LogLevel.Error, Message = "pool is down, its builds go to others or wait")]
    public static partial void PoolDown(ILogger logger, string pool, string error, TimeSpan nextTryAfter);

    [LoggerMessage(Level = LogLevel.Debug, Message = "pool is still down")]
    public static partial void PoolStillDown(ILogger logger, string pool, string error, TimeSpan nextTryAfter);

    [LoggerMessage(Level = LogLevel.Information, Message = "pool takes builds again")]
    public static partial void PoolUp(ILogger logger, string pool);

    [LoggerMessage(Level = LogLevel.Information, Message = "build skipped")]
    public static partial void Skipped(ILogger logger, string recipe, string version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "packages cannot be published")]
    public static partial void Outdated(ILogger logger, string recipe, string version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "building is paused, the disk is nearly full")]
    public static partial void DiskLow(ILogger logger, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "building goes on, the disk has room again")]
    public static partial void DiskRecovered(ILogger logger, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "build interrupted")]
    public static partial void Interrupted(ILogger logger, string recipe, string version);

    [LoggerMessage(Level = LogLevel.Error, Message = "builds are paused, the state cannot be written")]
    public static partial void StorageFailed(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "clear staging dir failed")]
    public static partial void CleanupFailed(ILogger logger, string directory, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "work of the last run taken up again")]
    public static partial void Recovered(ILogger logger, int requeued, int publishing, int processesStopped);
}
