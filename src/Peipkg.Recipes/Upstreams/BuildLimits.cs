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
    long? Disk = null)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>Nothing is said about anything.</summary>
    public static BuildLimits Unsaid { get; } = new();

    /// <summary>Reads the keys from a section that may hold others too; what is wrong goes to its problems.</summary>
    public static BuildLimits Read(TomlSection section) => new(
        Duration(section, "time"),
        Duration(section, "silence"),
        Size(section, "log"),
        Size(section, "memory"),
        Count(section, "cpus", 4096),
        Count(section, "processes", 4_000_000),
        Size(section, "disk"));

    /// <summary>These limits, and the others where these say nothing.</summary>
    public BuildLimits Over(BuildLimits others) => new(
        Time ?? others.Time,
        Silence ?? others.Silence,
        Log ?? others.Log,
        Memory ?? others.Memory,
        Cpus ?? others.Cpus,
        Processes ?? others.Processes,
        Disk ?? others.Disk);

    private static TimeSpan? Duration(TomlSection section, string key)
    {
        if (section.Parsed<TimeSpan>(key, GoDuration.TryParse) is not { } duration)
        {
            return null;
        }

        if (duration.Value < Shortest || duration.Value > Longest)
        {
            section.Problems.Error(duration.Position, $"{key} in {section.Label} must be from 1s to 720h");
        }

        return duration.Value;
    }

    private static long? Size(TomlSection section, string key)
    {
        Located<long>? size = section.Parsed<long>(key, ByteSize.TryParse);
        if (size is { Value: <= 0 } nothing)
        {
            section.Problems.Error(nothing.Position, $"{key} in {section.Label} must be more than nothing");
        }

        return size?.Value;
    }

    private static int? Count(TomlSection section, string key, int most)
    {
        if (section.Integer(key) is not { } count)
        {
            return null;
        }

        if (count.Value < 1 || count.Value > most)
        {
            section.Problems.Error(count.Position, $"{key} in {section.Label} must be from 1 to {most}, not {count.Value}");
            return null;
        }

        return (int)count.Value;
    }
}
