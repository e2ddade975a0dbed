namespace Peipkg.Recipes.Tests.Toml;

/// <summary>The sample recipes and configurations of the repository.</summary>
public static class SampleFiles
{
    /// <summary>The folder of samples.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Every TOML file below it.</summary>
    public static IReadOnlyList<string> All { get; } =
    [.. Directory.EnumerateFiles(Root, "*.toml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static string Find(string directory) =>
        Directory.Exists(Path.Combine(directory, "samples", "farm"))
            ? Path.Combine(directory, "samples")
            : Find(Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("there are no samples"));
}
