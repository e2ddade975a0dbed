using Serilog.Core;
using Serilog.Events;

namespace Peipkg.Manager.Logging;

/// <summary>The least important events that are logged; may change at any time.</summary>
internal sealed class LogThreshold
{
    /// <param name="level">One of <see cref="LogSetup.LevelNames"/>.</param>
    public LogThreshold(string level) => Set(level);

    /// <summary>For the manager's own events.</summary>
    public LoggingLevelSwitch Own { get; } = new();

    /// <summary>For those of the web server and its like, in whose words nothing below a warning helps an operator.</summary>
    public LoggingLevelSwitch Framework { get; } = new();

    /// <summary>Takes another level from now on.</summary>
    public void Set(string level)
    {
        Own.MinimumLevel = level switch
        {
            "debug" => LogEventLevel.Debug,
            "info" => LogEventLevel.Information,
            "warn" => LogEventLevel.Warning,
            "error" => LogEventLevel.Error,
            _ => throw new ArgumentOutOfRangeException(nameof(level), level, "not a log level"),
        };
        Framework.MinimumLevel = Own.MinimumLevel < LogEventLevel.Warning ? LogEventLevel.Warning : Own.MinimumLevel;
    }
}
