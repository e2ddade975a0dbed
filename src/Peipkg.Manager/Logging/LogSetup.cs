using Microsoft.Extensions.Logging;
using Peipkg.Manager.Secrets;
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

    /// <summary>What is logged unless someone says otherwise.</summary>
    public const string DefaultLevel = "info";

    /// <summary>Builds the factory; events below <paramref name="threshold"/> are dropped before they are formatted.</summary>
    public static ILoggerFactory Create(LogThreshold threshold, TextWriter stderr, Redactor? redactor = null)
    {
        Logger logger = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(threshold.Own)
            // The web server reports each hostile request in its own words; ours are in Http/.
            .MinimumLevel.Override("Microsoft", threshold.Framework)
            .MinimumLevel.Override("System", threshold.Framework)
            // Lines for each connection that strangers break; what concerns the farm is an event of ours.
            .MinimumLevel.Override("Microsoft.AspNetCore.Server.Kestrel", LogEventLevel.Fatal)
            // Why the host did not start is told once, by the command line.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .WriteTo.Sink(new LogSink(stderr, redactor ?? new Redactor()))
            .CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }
}
