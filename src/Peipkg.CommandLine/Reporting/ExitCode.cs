namespace Peipkg.CommandLine.Reporting;

/// <summary>What the three tools say to the shell when they end.</summary>
public static class ExitCode
{
    /// <summary>Everything that was asked for is done.</summary>
    public const int Success = 0;

    /// <summary>An expected failure, a missing required option included; the reason is on the error stream.</summary>
    public const int Failure = 1;

    /// <summary>An unknown option or subcommand, or a malformed value: nothing was begun.</summary>
    public const int Usage = 2;

    /// <summary>Ended by SIGINT, after cleaning up.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM, after cleaning up.</summary>
    public const int Terminated = 143;
}
