using Microsoft.Extensions.Logging;

namespace Peipkg.Manager.Hosting;

/// <summary>Events of the daemon as a whole.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "peipkg-manager starting")]
    public static partial void Starting(
        ILogger logger, string farmId, string mode, string version, int pid, string keyFingerprint, string build, string repo);

    [LoggerMessage(Level = LogLevel.Information, Message = "builds are limited by")]
    public static partial void Confined(ILogger logger, string means, string? since);

    [LoggerMessage(Level = LogLevel.Information, Message = "draining, a second signal stops at once")]
    public static partial void Draining(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "peipkg-manager stopped")]
    public static partial void Stopped(ILogger logger, long buildsAttempted, long buildsSucceeded);

    [LoggerMessage(Level = LogLevel.Error, Message = "manager.Run returned non-cancel error")]
    public static partial void Crashed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "signing key is readable by others, chmod 600 it")]
    public static partial void KeyReadable(ILogger logger, string keyFile);

    [LoggerMessage(Level = LogLevel.Warning, Message = "recipes ask for webhooks, but webhook_secret_file was not configured at start")]
    public static partial void WebhooksOff(ILogger logger, string[] recipes);
}
