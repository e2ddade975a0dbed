using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Upstreams;

/// <summary>
/// What a build may use, as <c>[limits]</c> of the manager's configuration or of a recipe says it. Null: nothing is said
/// here.
/// </summary>
/// <param name="Time">From start to end.</param>
/// <param name="Silence">Without a byte of output.</param>
/// <param name="Log">Bytes of output.</param>
/// <param name="Memory">Bytes of memory of all processes together.</param>
/// <param name="Cpus">Processors in use at a time.</param>
/// <param name="Processes">Processes and threads at a time.</param>
/// <param name="Disk">Bytes below the build's own directories.</param>
public sealed record BuildLimits(
    TimeSpan? Time = null,
    TimeSpan? Silence = null,
    long? Log = null,
    long? Memory = null,
    int? Cpus = null,
    int? Processes = null,
    long? Disk = null
)
{
    /// <summary>Nothing is said about anything.</summary>
    public static BuildLimits Unsaid { get; } = new();

    /// <summary>Reads the keys from a section that may hold others too; what is wrong goes to its problems.</summary>
    public static BuildLimits Read(TomlSection section) =>
        new(
            section.BoundedDuration("time"),
            section.BoundedDuration("silence"),
            section.BoundedSize("log"),
            section.BoundedSize("memory"),
            section.BoundedCount("cpus", 4096),
            section.BoundedCount("processes", 4_000_000),
            section.BoundedSize("disk")
        );

    /// <summary>These limits, and the others where these say nothing.</summary>
    public BuildLimits Over(BuildLimits others) =>
        new(
            Time ?? others.Time,
            Silence ?? others.Silence,
            Log ?? others.Log,
            Memory ?? others.Memory,
            Cpus ?? others.Cpus,
            Processes ?? others.Processes,
            Disk ?? others.Disk
        );

    /// <summary>These limits where they are lower than the others, which are maxima.</summary>
    public BuildLimits Within(BuildLimits most) =>
        new(
            Lower(Time, most.Time),
            Lower(Silence, most.Silence),
            Lower(Log, most.Log),
            Lower(Memory, most.Memory),
            Lower(Cpus, most.Cpus),
            Lower(Processes, most.Processes),
            Lower(Disk, most.Disk)
        );

    private static T? Lower<T>(T? own, T? most)
        where T : struct, IComparable<T> =>
        own is null || (most is { } limit && limit.CompareTo(own.Value) < 0) ? most : own;
}
