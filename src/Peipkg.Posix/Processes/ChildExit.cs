using System.Globalization;

namespace Peipkg.Posix.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit status, or null where a signal ended it.</param>
/// <param name="Signal">The signal's number, or null where it exited.</param>
/// <param name="TimedOut">Whether it was ended because its time was over.</param>
/// <param name="LeftOver">Processes it had left behind, which were killed.</param>
public readonly record struct ChildExit(int? Code, int? Signal, bool TimedOut, int LeftOver)
{
    /// <summary>Whether processes that it left behind multiplied faster than they could be killed; some may still run.</summary>
    public bool Escaped { get; init; }

    /// <summary>Whether it exited with status 0 in time.</summary>
    public bool IsSuccess => Code == 0 && !TimedOut;

    /// <summary><c>exited with status 3</c>, <c>was killed by SIGSEGV</c>, <c>ran out of time</c>.</summary>
    public override string ToString() =>
        TimedOut ? "ran out of time"
        : Signal is { } signal ? $"was killed by {SignalName(signal)}"
        : string.Create(CultureInfo.InvariantCulture, $"exited with status {Code}");

    private static string SignalName(int signal) =>
        signal switch
        {
            1 => "SIGHUP",
            2 => "SIGINT",
            3 => "SIGQUIT",
            4 => "SIGILL",
            6 => "SIGABRT",
            7 => "SIGBUS",
            8 => "SIGFPE",
            9 => "SIGKILL",
            11 => "SIGSEGV",
            13 => "SIGPIPE",
            14 => "SIGALRM",
            15 => "SIGTERM",
            24 => "SIGXCPU",
            25 => "SIGXFSZ",
            31 => "SIGSYS",
            _ => string.Create(CultureInfo.InvariantCulture, $"signal {signal}"),
        };
}
