namespace Peipkg.Fuzz;

/// <summary>The inputs that are kept in files.</summary>
internal static class FuzzCorpus
{
    private static readonly string Root = AppContext.BaseDirectory;

    /// <summary>Those of a folder of <c>Corpus</c>, in the order of their names.</summary>
    internal static IReadOnlyList<byte[]> Of(string folder) => Files(Path.Combine("Corpus", folder), "*");

    /// <summary>The project's own samples of a kind.</summary>
    internal static IReadOnlyList<byte[]> Samples(string pattern) => Files("Samples", pattern);

    private static List<byte[]> Files(string folder, string pattern)
    {
        string directory = Path.Combine(Root, folder);
        return Directory.Exists(directory)
            ?
            [
                .. Directory
                    .EnumerateFiles(directory, pattern, SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal)
                    .Select(File.ReadAllBytes),
            ]
            : throw new DirectoryNotFoundException(directory);
    }
}
