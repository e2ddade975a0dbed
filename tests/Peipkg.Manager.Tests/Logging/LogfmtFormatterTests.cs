using Microsoft.Extensions.Logging;
using Peipkg.Manager.Logging;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Tests.Logging;

public partial class LogfmtFormatterTests
{
    [LoggerMessage(Level = LogLevel.Information, Message = "polling upstream")]
    private static partial void LogPolling(ILogger logger, string recipe, TimeSpan nextRetryAfter, int tagsSeen);

    [LoggerMessage(Level = LogLevel.Error, Message = "build failed")]
    private static partial void LogFailed(ILogger logger, Exception? exception, string? logTail, string[] outputs);

    private static string Line(Action<ILogger> write, string level = "debug")
    {
        using StringWriter output = new();
        using (ILoggerFactory factory = LogSetup.Create(new LogThreshold(level), output))
        {
            write(factory.CreateLogger("Peipkg.Test"));
        }

        return output.ToString();
    }

    [Fact]
    public void An_event_is_one_line_with_time_level_message_and_its_values_in_snake_case() =>
        Assert.Matches(
            """^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info msg="polling upstream" recipe=zlib next_retry_after=1h5m0s tags_seen=3\n$""",
            Line(log => LogPolling(log, "zlib", TimeSpan.FromMinutes(65), 3))
        );

    [Fact]
    public void Values_that_could_be_misread_are_quoted_and_control_characters_escaped()
    {
        string line = Line(log => LogFailed(log, null, "a \"b\"\\\n\x1b[31m\u202eé😀", ["x", "y"]));
        Assert.Contains("""log_tail="a \"b\"\\\n\u001b[31m\u202eé😀" outputs=x,y""", line, StringComparison.Ordinal);
        Assert.Equal(1, line.Count(c => c == '\n'));
    }

    [Fact]
    public void An_absent_value_is_left_out_and_an_empty_one_is_quoted()
    {
        Assert.DoesNotContain("log_tail", Line(log => LogFailed(log, null, null, [])), StringComparison.Ordinal);
        Assert.Contains("log_tail=\"\"", Line(log => LogFailed(log, null, "", [])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_is_told_as_its_chain_of_causes_without_a_stack_trace()
    {
        Exception caught;
        try
        {
            throw new InvalidOperationException("outer", new IOException("inner"));
        }
        catch (InvalidOperationException exception)
        {
            caught = exception;
        }

        string line = Line(log => LogFailed(log, caught, "", []));
        Assert.Contains(
            "error=\"InvalidOperationException: outer: IOException: inner\"",
            line,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(" at ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_beyond_the_limit_is_cut() =>
        Assert.InRange(
            Line(log => LogFailed(log, null, new string('x', 1_000_000), [])).Length,
            ManagerLimits.LogValueLength,
            ManagerLimits.LogValueLength + 200
        );

    [Fact]
    public void Events_below_the_level_are_dropped() =>
        Assert.Equal("", Line(log => LogPolling(log, "zlib", default, 0), "warn"));
}
