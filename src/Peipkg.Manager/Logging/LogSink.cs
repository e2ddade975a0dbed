using Peipkg.Manager.Secrets;
using Peipkg.Manager.World;
using Serilog.Core;
using Serilog.Events;

namespace Peipkg.Manager.Logging;

/// <summary>Writes each event as one flushed line, without secrets, to the writer it is given (the daemon's stderr).</summary>
internal sealed class LogSink(TextWriter writer, Redactor redactor) : ILogEventSink
{
    private readonly LogfmtFormatter _formatter = new();
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        try
        {
            using StringWriter line = new(System.Globalization.CultureInfo.InvariantCulture);
            _formatter.Format(logEvent, line);
            string clean = redactor.Clean(line.ToString());
            lock (_gate)
            {
                writer.Write(clean);
                writer.Flush();
            }
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            // Whoever read our stderr went away. A farm goes on building without a listener.
        }
    }
}
