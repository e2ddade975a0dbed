using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary><c>[fetch]</c>: what bringing the source of one build here may take, its submodules included.</summary>
/// <param name="Time">From the first command to the last.</param>
/// <param name="Silence">Without a sign of life from a server.</param>
/// <param name="Files">Files and directories of the tree.</param>
/// <param name="Size">Bytes of its files; also what may come over the network.</param>
/// <param name="Memory">Bytes that git may hold.</param>
internal sealed record FetchConfig(TimeSpan Time, TimeSpan Silence, long Files, long Size, long Memory)
{
    private const int MostFiles = 100_000_000;

    public static FetchConfig Default { get; } =
        new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), 1_000_000, 16L << 30, 4L << 30);

    /// <summary>Reads the section; what it does not say is the default.</summary>
    public static FetchConfig Read(TomlFile file)
    {
        if (file.Section("fetch") is not { } section)
        {
            return Default;
        }

        FetchConfig fetch = new(
            section.BoundedDuration("time") ?? Default.Time,
            section.BoundedDuration("silence") ?? Default.Silence,
            section.BoundedCount("files", MostFiles) ?? Default.Files,
            section.BoundedSize("size", 1 << 20) ?? Default.Size,
            section.BoundedSize("memory", 1 << 20) ?? Default.Memory
        );
        section.Finish();
        return fetch;
    }
}
