namespace Peipkg.Manager.World;

/// <summary>What a manager takes from the world around it; <c>Program.cs</c> fills it in, tests as they like.</summary>
internal sealed record ManagerWorld
{
    public required TextWriter Stdout { get; init; }

    public required TextWriter Stderr { get; init; }

    /// <summary>The width of the terminal that <see cref="Stdout"/> is; null when it is none.</summary>
    public int? Columns { get; init; }

    /// <summary>Whether nobody can read any more what goes to <see cref="Stdout"/>.</summary>
    public Func<bool> IsStdoutAbandoned { get; init; } = static () => false;

    /// <summary>The whole environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Where the manager's executable lies.</summary>
    public required string OwnDirectory { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>How many processors there are.</summary>
    public required int ProcessorCount { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>The time by the kernel, where a time service keeps it right; null where nobody does.</summary>
    public Func<DateTimeOffset?> SynchronizedTime { get; init; } = static () => null;

    public required ManagerSignals Signals { get; init; }
}
