using Microsoft.Extensions.Logging;

namespace Peipkg.Manager.Logging;

/// <summary>Events of the HTTP server.</summary>
internal static partial class HttpEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "webhook server listening")]
    public static partial void Listening(ILogger logger, string addr);

    [LoggerMessage(Level = LogLevel.Information, Message = "webhook accepted, triggering immediate poll")]
    public static partial void Accepted(ILogger logger, string recipe, string? delivery, string forge);

    [LoggerMessage(Level = LogLevel.Information, Message = "webhook accepted, looking at the recipes")]
    public static partial void RecipesAccepted(ILogger logger, string? delivery, string forge);

    [LoggerMessage(Level = LogLevel.Information, Message = "webhook accepted, nothing to do")]
    public static partial void Nothing(ILogger logger, string reason, string? delivery, string forge);

    [LoggerMessage(
        Level = LogLevel.Information,
        EventName = "webhook accepted, not watched",
        Message = "webhook accepted, nothing to do"
    )]
    public static partial void Unwatched(
        ILogger logger,
        string? repository,
        string reason,
        string? delivery,
        string forge
    );

    [LoggerMessage(Level = LogLevel.Warning, Message = "webhook signature invalid")]
    public static partial void SignatureInvalid(
        ILogger logger,
        string? remote,
        string? delivery,
        string forge,
        long? times
    );

    [LoggerMessage(Level = LogLevel.Warning, Message = "webhook refused")]
    public static partial void Refused(
        ILogger logger,
        int status,
        string reason,
        string? remote,
        string? delivery,
        string forge,
        long? times
    );

    [LoggerMessage(Level = LogLevel.Warning, Message = "an act from the dashboard was refused")]
    public static partial void ActRefused(
        ILogger logger,
        int status,
        string reason,
        string? by,
        string? remote,
        long? times
    );

    [LoggerMessage(Level = LogLevel.Error, Message = "request failed")]
    public static partial void RequestFailed(ILogger logger, string path, Exception error, long? times = null);
}
