using System.Diagnostics;
using System.Globalization;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Tests.Host;

public sealed class TerminationSignalsTests
{
    [Theory]
    [InlineData("TERM", "INT", ExitCode.Interrupted)]
    [InlineData("INT", "TERM", ExitCode.Terminated)]
    [InlineData("TERM", "TERM", ExitCode.Terminated)]
    public void A_second_signal_ends_the_process_at_once(string first, string second, int code)
    {
        using ManualResetEventSlim ended = new();
        int with = 0;
        using TerminationSignals signals = new(exitCode =>
        {
            with = exitCode;
            ended.Set();
        });
        Send(first);
        Assert.True(signals.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(60)));
        Assert.False(ended.IsSet);
        Send(second);
        Assert.True(ended.Wait(TimeSpan.FromSeconds(60)));
        Assert.Equal(code, with);
    }

    [Fact]
    public void A_closing_terminal_does_not_cut_cleaning_up_short()
    {
        using ManualResetEventSlim ended = new();
        using TerminationSignals signals = new(_ => ended.Set());
        Send("INT");
        Assert.True(signals.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(60)));
        Send("HUP");
        Assert.False(ended.Wait(TimeSpan.FromMilliseconds(300)));
        Assert.Equal(ExitCode.Interrupted, signals.ExitCodeFor(ExitCode.Interrupted));
    }

    private static void Send(string signal)
    {
        using Process kill = Process.Start(
            "/bin/kill",
            ["-" + signal, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]
        )!;
        kill.WaitForExit();
    }
}
