using Microsoft.Extensions.Logging;

namespace Peipkg.Manager.Syncing;

/// <summary>Events about syncing.</summary>
internal static partial class SyncEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "sync complete")]
    public static partial void Complete(
        ILogger logger,
        string backend,
        string target,
        string remote,
        ulong generation,
        TimeSpan duration
    );

    [LoggerMessage(Level = LogLevel.Error, Message = "sync failed")]
    public static partial void Failed(
        ILogger logger,
        string backend,
        string target,
        string remote,
        string error,
        int failures,
        TimeSpan nextRetryAfter
    );

    [LoggerMessage(Level = LogLevel.Error, Message = "sync is paused, the state cannot be written")]
    public static partial void StorageFailed(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "served repository verified")]
    public static partial void Verified(ILogger logger, string target, string url, ulong generation, int packages);

    [LoggerMessage(Level = LogLevel.Error, Message = "served repository is not what was synced")]
    public static partial void Differs(ILogger logger, string target, string url, ulong generation, string error);
}
