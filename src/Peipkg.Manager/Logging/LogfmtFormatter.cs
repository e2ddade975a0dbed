using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Formatting;

namespace Peipkg.Manager.Logging;

/// <summary>
/// Writes a log event as one logfmt line: <c>time=… level=info msg="polling upstream" recipe=zlib</c> (SPEC §9).
/// Property names become snake_case; the framework's own bookkeeping properties are left out. A line never contains
/// a control character, whatever an upstream, a recipe or a child process put into a value.
/// </summary>
internal sealed class LogfmtFormatter : ITextFormatter
{
    // The scalars that the logging bridge and ASP.NET add to every event; none of them says anything to an operator.
    private static readonly HashSet<string> Bookkeeping = new(StringComparer.Ordinal)
    {
        "SourceContext",
        "EventId",
        "Scope",
        "ConnectionId",
        "RequestId",
        "RequestPath",
        "{OriginalFormat}",
    };

    /// <inheritdoc/>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        StringBuilder line = new(256);
        line.Append("time=");
        line.Append(
            logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        );
        line.Append(" level=").Append(LevelName(logEvent.Level));
        line.Append(" msg=");
        LogfmtValue.Append(line, logEvent.RenderMessage(CultureInfo.InvariantCulture));

        foreach ((string name, LogEventPropertyValue value) in logEvent.Properties)
        {
            if (Bookkeeping.Contains(name) || value is ScalarValue { Value: null })
            {
                continue;
            }

            line.Append(' ');
            AppendKey(line, name);
            line.Append('=');
            LogfmtValue.Append(line, value);
        }

        if (logEvent.Exception is not null)
        {
            line.Append(" error=");
            LogfmtValue.Append(line, Describe(logEvent.Exception));
        }

        line.Append('\n');
        output.Write(line.ToString());
    }

    private static string LevelName(LogEventLevel level) =>
        level switch
        {
            LogEventLevel.Verbose or LogEventLevel.Debug => "debug",
            LogEventLevel.Information => "info",
            LogEventLevel.Warning => "warn",
            _ => "error",
        };

    private static void AppendKey(StringBuilder line, string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (char.IsAsciiLetterUpper(c))
            {
                if (i > 0 && !char.IsAsciiLetterUpper(name[i - 1]))
                {
                    line.Append('_');
                }

                line.Append(char.ToLowerInvariant(c));
            }
            else
            {
                line.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '_');
            }
        }
    }

    // The chain of causes, never a stack trace: what an operator can act on fits in a line.
    private static string Describe(Exception exception)
    {
        StringBuilder text = new();
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (text.Length > 0)
            {
                text.Append(": ");
            }

            text.Append(cause.GetType().Name).Append(": ").Append(cause.Message);
        }

        return text.ToString();
    }
}
