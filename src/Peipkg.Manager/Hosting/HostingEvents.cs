using Microsoft.Extensions.Logging;

namespace Peipkg.Manager.Hosting;

/// <summary>Events of the daemon as a whole.</summary>
internal static partial class HostingEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "peipkg-manager starting")]
    public static partial void Starting(
        ILogger logger,
        string farmId,
        string mode,
        string version,
        int pid,
        string keyFingerprint,
        string build,
        string repo
    );

    [LoggerMessage(Level = LogLevel.Information, Message = "builds are limited by")]
    public static partial void Confined(ILogger logger, string means, string? since);

    [LoggerMessage(Level = LogLevel.Information, Message = "draining, a second signal stops at once")]
    public static partial void Draining(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "peipkg-manager stopped")]
    public static partial void Stopped(ILogger logger, long buildsAttempted, long buildsSucceeded);

    [LoggerMessage(Level = LogLevel.Error, Message = "handling a signal failed")]
    public static partial void SignalFailed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "manager.Run returned non-cancel error")]
    public static partial void Crashed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "signing key is readable by others, chmod 600 it")]
    public static partial void KeyReadable(ILogger logger, string keyFile);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "build scripts run as this user and could read the signing key, [build] sandbox = true or a launcher keeps it from them"
    )]
    public static partial void KeyInReach(ILogger logger, string keyFile);

    [LoggerMessage(Level = LogLevel.Information, Message = "configuration reloaded")]
    public static partial void ConfigReloaded(ILogger logger, string[]? changed);

    [LoggerMessage(Level = LogLevel.Error, Message = "configuration was not reloaded, the former one stays")]
    public static partial void ConfigBroken(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "what was reloaded could not be taken over whole, reload again")]
    public static partial void ReloadFailed(ILogger logger, string error);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the configuration has changes that need more than a reload, restart to apply"
    )]
    public static partial void ConfigNeedsRestart(ILogger logger, string[] keys);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the configuration has changes without effect, these keys were used when the repository was made"
    )]
    public static partial void ConfigUseless(ILogger logger, string[] keys);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "recipes ask for webhooks, but webhook_secret_file is not configured"
    )]
    public static partial void WebhooksOff(ILogger logger, string[] recipes);
}
