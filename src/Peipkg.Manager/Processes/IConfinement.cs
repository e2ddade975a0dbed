namespace Peipkg.Manager.Processes;

/// <summary>A way to keep process trees within their resources.</summary>
internal interface IConfinement
{
    /// <summary>What it is, for the log.</summary>
    string Description { get; }

    /// <summary>Prepares a run.</summary>
    IConfinedChild Begin(ChildCommand command, ResourceLimits limits);
}

/// <summary>One run under <see cref="ResourceLimits"/>; disposed when nothing of it is left.</summary>
internal interface IConfinedChild : IDisposable
{
    /// <summary>What to run instead of the command.</summary>
    ChildCommand Command { get; }

    /// <summary>Looks at the running tree; where it uses too much, all but its first process are killed at once.</summary>
    /// <param name="pid">Its first process.</param>
    /// <returns>What there is too much of, if anything.</returns>
    ChildEnd? LookForExcess(int pid);

    /// <summary>After the run: the limit that it went beyond, or that made it fail, as far as that can be known.</summary>
    ChildEnd? ExcessOf(ChildResult result);
}
