using Microsoft.Extensions.Logging;

namespace Peipkg.Manager.Watching;

/// <summary>Events about watching upstreams.</summary>
internal static partial class WatchEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "polling upstream")]
    public static partial void Polling(ILogger logger, string recipe, string url, string trigger);

    [LoggerMessage(Level = LogLevel.Information, Message = "poll complete")]
    public static partial void Complete(ILogger logger, string recipe, int tagsSeen, int matchesEmitted, int queued);

    [LoggerMessage(Level = LogLevel.Error, Message = "poll failed")]
    public static partial void Failed(ILogger logger, string recipe, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "tag skipped")]
    public static partial void TagSkipped(ILogger logger, string recipe, string tag, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "further tags skipped, \"peipkg-manager why\" lists them")]
    public static partial void TagsSkipped(ILogger logger, string recipe, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "tag not wanted")]
    public static partial void TagUnwanted(ILogger logger, string recipe, string tag, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "versions passed over")]
    public static partial void PassedOver(ILogger logger, string recipe, int count, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "first contact queues many versions, newest first; [watch] backfill can limit them"
    )]
    public static partial void ManyAtFirst(ILogger logger, string recipe, int versions);

    [LoggerMessage(Level = LogLevel.Warning, Message = "many versions are queued at once, newest first")]
    public static partial void Many(ILogger logger, string recipe, int versions);

    [LoggerMessage(Level = LogLevel.Information, Message = "webhook brought nothing to build")]
    public static partial void WebhookIdle(ILogger logger, string recipe, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "host is left alone for a while")]
    public static partial void HostCools(ILogger logger, string host, string recipe, TimeSpan coolDown);

    [LoggerMessage(Level = LogLevel.Error, Message = "tag moved after it was built")]
    public static partial void TagMoved(
        ILogger logger,
        string recipe,
        string tag,
        string version,
        string oldId,
        string newId
    );

    [LoggerMessage(Level = LogLevel.Information, Message = "build queued")]
    public static partial void Queued(
        ILogger logger,
        string recipe,
        string version,
        string tag,
        string reason,
        string? detail
    );

    [LoggerMessage(Level = LogLevel.Information, Message = "build no longer needed")]
    public static partial void Closed(ILogger logger, string recipe, string version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "dedup check failed")]
    public static partial void DedupFailed(ILogger logger, string recipe, string error);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "commit of the recipes not taken over, the former one stays in force"
    )]
    public static partial void RecipesRefused(ILogger logger, string commit, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "the recipes could not be fetched")]
    public static partial void RecipesFailed(ILogger logger, string error);
}
