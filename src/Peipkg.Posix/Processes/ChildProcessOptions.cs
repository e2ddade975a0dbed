using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Processes;

/// <summary>What to run, and how to end it.</summary>
public sealed record ChildProcessOptions
{
    /// <summary>The program, an absolute path: nothing is searched for.</summary>
    public required string FileName { get; init; }

    /// <summary>The arguments after the program's name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The whole environment: nothing is inherited.</summary>
    public required IReadOnlyCollection<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>The directory to run in, an absolute path.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>What it reads as standard input; null for nothing.</summary>
    public SafeFileHandle? StandardInput { get; init; }

    /// <summary>
    /// Where standard output goes; null hands our own over. The stream is written to by another thread until
    /// <see cref="ChildProcess.Run"/> returns. The same stream for both outputs keeps their order.
    /// </summary>
    public Stream? StandardOutput { get; init; }

    /// <summary>Where standard error goes; see <see cref="StandardOutput"/>.</summary>
    public Stream? StandardError { get; init; }

    /// <summary>How long it may run; null for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long after SIGTERM the processes may put their house in order before SIGKILL.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Whether every process that this one adopts belongs to children started here, so that adopted ones are killed when
    /// they are left over. Not so where children are also started in other ways.
    /// </summary>
    public bool KillAdopted { get; init; } = true;

    /// <summary>How many of the processors that we may use it may use; null for all.</summary>
    public int? Processors { get; init; }

    /// <summary>What it finds open from descriptor 3 on, in this order; everything else of ours is closed to it.</summary>
    public IReadOnlyList<SafeFileHandle> Descriptors { get; init; } = [];

    /// <summary>Whether it gets a session keyring of its own, empty, in place of the caller's with its tickets and tokens.</summary>
    public bool OwnKeyring { get; init; }

    /// <summary>
    /// Whether it runs in a control group of its own where this process may make one, so that all it started can be ended at
    /// one stroke. Where it may not, its processes are searched for.
    /// </summary>
    public bool OwnControlGroup { get; init; }

    /// <summary>What becomes of it when we are killed; null leaves it running.</summary>
    public DeathPlan? WhenWeDie { get; init; }

    /// <summary>Told the process id when the process runs.</summary>
    public Action<int>? Started { get; init; }
}
