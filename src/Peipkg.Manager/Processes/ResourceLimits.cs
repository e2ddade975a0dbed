namespace Peipkg.Manager.Processes;

/// <summary>What a whole process tree may use at a time. Null: as much as there is.</summary>
internal sealed record ResourceLimits
{
    /// <summary>No limit at all.</summary>
    public static ResourceLimits None { get; } = new();

    /// <summary>Bytes of memory.</summary>
    public long? Memory { get; init; }

    /// <summary>Processors.</summary>
    public int? Cpus { get; init; }

    /// <summary>Processes and threads.</summary>
    public int? Processes { get; init; }

    /// <summary>Bytes of files below <see cref="Directories"/>.</summary>
    public long? Disk { get; init; }

    /// <summary>Where the tree is meant to write; their disk is not to be filled up.</summary>
    public IReadOnlyList<string> Directories { get; init; } = [];

    /// <summary>Whether there is anything to look after.</summary>
    public bool AreSet => Memory is not null || Cpus is not null || Processes is not null || Directories.Count > 0;
}
