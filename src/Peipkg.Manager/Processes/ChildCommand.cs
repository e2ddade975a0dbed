using Peipkg.Recipes;

namespace Peipkg.Manager.Processes;

/// <summary>A program to run. Nothing in it ever passes through a shell.</summary>
/// <param name="Program">Absolute path.</param>
/// <param name="Arguments">Without the program's own name; never a secret, since every user can read them.</param>
/// <param name="WorkingDirectory">Absolute path.</param>
/// <param name="Environment">The whole environment of the child.</param>
internal sealed record ChildCommand(
    string Program,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment
)
{
    /// <summary>The program's name and its first word, for messages: <c>git fetch</c>.</summary>
    public string Name { get; init; } = Path.GetFileName(Program);
}

/// <summary>How a child ended.</summary>
internal enum ChildEnd
{
    /// <summary>By itself.</summary>
    Exited,

    /// <summary>By a signal that we did not send.</summary>
    Killed,

    /// <summary>Stopped by us: it ran longer than its limit.</summary>
    TimedOut,

    /// <summary>Stopped by us: what it waits for had not begun within its limit.</summary>
    NotBegun,

    /// <summary>Stopped by us: it was silent for longer than its limit.</summary>
    Stalled,

    /// <summary>Stopped by us: it wrote more than its limit.</summary>
    TooMuchOutput,

    /// <summary>Stopped by us: its processes together held more memory than their limit.</summary>
    TooMuchMemory,

    /// <summary>Stopped by us: it had more processes and threads than its limit.</summary>
    TooManyProcesses,

    /// <summary>Stopped by us: it filled more of the disk than its limit.</summary>
    TooMuchDisk,

    /// <summary>Stopped by us: the disk was about to be full.</summary>
    DiskFull,

    /// <summary>Stopped by us: what it uses could not be looked at any more.</summary>
    Unwatched,

    /// <summary>Stopped by us: the manager is stopping at once.</summary>
    Cancelled,
}

/// <summary>The result of a run.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Code">The exit status, or the signal's number when killed.</param>
internal sealed record ChildResult(ChildEnd End, int Code)
{
    public bool Succeeded => End == ChildEnd.Exited && Code == 0;

    /// <summary>For a message: <c>ended with exit status 1</c>.</summary>
    public string Describe(ChildLimits limits) =>
        End switch
        {
            ChildEnd.Exited => $"ended with exit status {Code}",
            ChildEnd.Killed => $"was killed by signal {Code}",
            ChildEnd.TimedOut => $"took longer than {GoDuration.Format(limits.Total)} and was stopped",
            ChildEnd.NotBegun =>
                $"had not begun the build after {GoDuration.Format(limits.Start?.Within ?? TimeSpan.Zero)} and was stopped",
            ChildEnd.Stalled => $"was silent for {GoDuration.Format(limits.Silence)} and was stopped",
            ChildEnd.TooMuchOutput => limits.Output is { } bytes
                ? $"wrote more than {ByteSize.Format(bytes)} of output and was stopped"
                : "wrote too much and was stopped",
            ChildEnd.TooMuchMemory =>
                $"needed more than {ByteSize.Format(limits.Resources.Memory ?? 0)} of memory and was stopped",
            ChildEnd.TooManyProcesses =>
                $"had more than {limits.Resources.Processes} processes and threads and was stopped",
            ChildEnd.TooMuchDisk =>
                $"filled more than {ByteSize.Format(limits.Resources.Disk ?? 0)} of the disk and was stopped",
            ChildEnd.Unwatched => "was stopped because what it uses could not be watched",
            ChildEnd.DiskFull => "was stopped because the disk of the state directory is almost full",
            _ => "was stopped with the manager",
        };
}

/// <summary>How long a child may take, and what it may use.</summary>
/// <param name="Total">From start to end.</param>
/// <param name="Silence">Without any output.</param>
internal sealed record ChildLimits(TimeSpan Total, TimeSpan Silence)
{
    /// <summary>Between SIGTERM and SIGKILL.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of output; null for as many as are taken.</summary>
    public long? Output { get; init; }

    /// <summary>When <see cref="Total"/> and <see cref="Silence"/> begin to count; null: at the child's start.</summary>
    public ChildStart? Start { get; init; }

    /// <summary>Of the whole process tree.</summary>
    public ResourceLimits Resources { get; init; } = ResourceLimits.None;
}

/// <summary>A child that waits for something before its work begins.</summary>
/// <param name="Within">How long that may take.</param>
/// <param name="HasBegun">Whether it has begun; asked once a second until it has.</param>
internal sealed record ChildStart(TimeSpan Within, Func<bool> HasBegun);
