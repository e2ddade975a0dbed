using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Tests;

public sealed class ProgressTests
{
    private readonly StringWriter _stderr = new() { NewLine = "\n" };
    private readonly Clock _clock = new();

    [Fact]
    public void A_terminal_sees_one_line_that_is_written_over_and_then_erased()
    {
        using (ProgressPhase phase = Terminal().Begin("compressing", "files", 12_000, 140L << 20))
        {
            _clock.Advance(0.1);
            phase.Report(1, 1 << 20);
            Assert.Equal("", _stderr.ToString());
            _clock.Advance(0.9);
            phase.Report(3_000, 45 << 20);
            phase.Report(3_001, 46 << 20);
        }

        Assert.Equal(
            "\r\e[Ktool: compressing: 3,000 of 12,000 files, 45.0 MiB of 140.0 MiB, 45.0 MiB/s\r\e[K",
            _stderr.ToString()
        );
    }

    [Fact]
    public void The_line_never_wraps()
    {
        using (ProgressPhase phase = Terminal(columns: 24).Begin("compressing", "files", 12_000, 140L << 20))
        {
            _clock.Advance(1);
            phase.Report(3_000, 45 << 20);
        }

        Assert.Equal("\r\e[Ktool: compressing: 3,00\r\e[K", _stderr.ToString());
    }

    [Fact]
    public void A_message_takes_the_place_of_the_line()
    {
        Diagnostics diagnostics = Terminal();
        using ProgressPhase phase = diagnostics.Begin("verifying", "packages");
        _clock.Advance(1);
        phase.Add(1, 0);
        diagnostics.Warning("odd");
        Assert.Equal("\r\e[Ktool: verifying: 1 packages\r\e[Ktool: warning: odd\n", _stderr.ToString());
    }

    [Fact]
    public void Elsewhere_work_that_takes_long_shows_a_plain_line_now_and_then()
    {
        using (ProgressPhase phase = Pipe().Begin("hashing", null, null, 300L << 20))
        {
            for (int second = 1; second <= 30; second++)
            {
                _clock.Advance(1);
                phase.Add(0, 10 << 20);
            }
        }

        Assert.Equal(
            "tool: hashing: 50.0 MiB of 300.0 MiB, 10.0 MiB/s\ntool: hashing: 200.0 MiB of 300.0 MiB, 10.0 MiB/s\n",
            _stderr.ToString()
        );
    }

    [Fact]
    public void Quiet_shows_neither_progress_nor_notes_nor_steps()
    {
        Diagnostics diagnostics = Terminal();
        diagnostics.Verbosity = Verbosity.Quiet;
        using (ProgressPhase phase = diagnostics.Begin("hashing", "files"))
        {
            _clock.Advance(100);
            phase.Report(1, 1);
        }

        diagnostics.Note("by the way");
        diagnostics.Step("running");
        diagnostics.Detail("indeed");
        Assert.Equal("", _stderr.ToString());
        diagnostics.Warning("but");
        Assert.Equal("tool: warning: but\n", _stderr.ToString());
    }

    [Fact]
    public void Verbose_leaves_a_line_for_each_step_and_how_long_it_took()
    {
        Diagnostics diagnostics = Pipe();
        diagnostics.Verbosity = Verbosity.Verbose;
        diagnostics.Step("running build.sh");
        using (ProgressPhase phase = diagnostics.Begin("hashing", "files", 2, 4096))
        {
            _clock.Advance(2);
            phase.Report(2, 4096);
        }

        Assert.Equal(
            "tool: running build.sh\ntool: hashing: 2 files, 4.0 KiB, 2.0 KiB/s in 2.00 s\n",
            _stderr.ToString()
        );
    }

    [Fact]
    public void Severities_are_coloured_where_colours_are_wanted()
    {
        Diagnostics diagnostics = new("tool", new DiagnosticsOutput(_stderr) { IsTerminal = true, Colours = true });
        diagnostics.Error("no");
        diagnostics.Warning("well");
        diagnostics.Note("so");
        Assert.Equal(
            "tool: \e[1;31merror:\e[0m no\ntool: \e[1;35mwarning:\e[0m well\ntool: \e[1;36mnote:\e[0m so\n",
            _stderr.ToString()
        );
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData((1 << 20) - 1, "1.0 MiB")]
    [InlineData(1536L << 20, "1.5 GiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    public void Bytes_are_counted_in_powers_of_1024(long bytes, string text) =>
        Assert.Equal(text, ByteCount.Text(bytes));

    private Diagnostics Terminal(int columns = 120) =>
        new(
            "tool",
            new DiagnosticsOutput(_stderr)
            {
                IsTerminal = true,
                Columns = () => columns,
                Clock = _clock,
            }
        );

    private Diagnostics Pipe() => new("tool", new DiagnosticsOutput(_stderr) { Clock = _clock });

    private sealed class Clock : TimeProvider
    {
        private long _milliseconds;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => _milliseconds;

        internal void Advance(double seconds) => _milliseconds += (long)(seconds * 1000);
    }
}
