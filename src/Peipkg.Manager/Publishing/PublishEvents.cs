using Microsoft.Extensions.Logging;

namespace Peipkg.Manager.Publishing;

/// <summary>Events about publishing.</summary>
internal static partial class PublishEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "build + publish complete")]
    public static partial void Complete(
        ILogger logger,
        string recipe,
        string version,
        string[] packages,
        ulong generation
    );

    [LoggerMessage(Level = LogLevel.Error, Message = "publish failed")]
    public static partial void Failed(
        ILogger logger,
        string recipe,
        string version,
        string error,
        int failures,
        TimeSpan nextRetryAfter
    );

    [LoggerMessage(Level = LogLevel.Error, Message = "packages cannot be published")]
    public static partial void Unpublishable(ILogger logger, string recipe, string version, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "publishing is held up until someone acts")]
    public static partial void Held(ILogger logger, string recipe, string version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "packages are held, publishing them would break others")]
    public static partial void Breaks(ILogger logger, string recipe, string version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "recipe cannot be rebuilt for what is held")]
    public static partial void NotRebuilt(ILogger logger, string recipe, string version, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "repository created")]
    public static partial void Created(ILogger logger, string name, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "indexes renewed, nothing was published for long")]
    public static partial void Renewed(ILogger logger, ulong generation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "verdicts of rebuilds are refused")]
    public static partial void VerdictsRefused(ILogger logger, string[] verdicts, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "indexes or verdicts could not be published")]
    public static partial void RenewalFailed(ILogger logger, string error);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "package published earlier with other bytes, the published one stays"
    )]
    public static partial void OtherBytes(ILogger logger, string recipe, string package);

    [LoggerMessage(Level = LogLevel.Warning, Message = "packages are not what was built, building again")]
    public static partial void Lost(ILogger logger, string recipe, string version, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "clear publish dir failed")]
    public static partial void CleanupFailed(ILogger logger, string directory, string error);
}
