using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Peipkg.Manager.Logging;

/// <summary>The one logging pipeline of the process: logfmt lines on the given writer.</summary>
internal static class LogSetup
{
    /// <summary>The values of <c>--log-level</c>, quietest last.</summary>
    public static IReadOnlyList<string> LevelNames { get; } = ["debug", "info", "warn", "error"];

    /// <summary>Builds the factory; events below <paramref name="level"/> are dropped before they are formatted.</summary>
    public static ILoggerFactory Create(string level, TextWriter stderr)
    {
        LogEventLevel minimum = Parse(level);
        LogEventLevel framework = minimum < LogEventLevel.Warning ? LogEventLevel.Warning : minimum;
        Logger logger = new LoggerConfiguration()
            .MinimumLevel.Is(minimum)
            // The web server reports each hostile request in its own words; ours are in Http/.
            .MinimumLevel.Override("Microsoft", framework)
            .MinimumLevel.Override("System", framework)
            // Why the host did not start is told once, by the command line.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .WriteTo.Sink(new LogSink(stderr))
            .CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }

    private static LogEventLevel Parse(string level) => level switch
    {
        "debug" => LogEventLevel.Debug,
        "info" => LogEventLevel.Information,
        "warn" => LogEventLevel.Warning,
        "error" => LogEventLevel.Error,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "not a log level"),
    };
}
