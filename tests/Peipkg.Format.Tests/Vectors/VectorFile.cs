namespace Peipkg.Format.Tests.Vectors;

/// <summary>The published vectors, copied beside the test assembly.</summary>
internal static class VectorFile
{
    internal static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Vectors", name);

    /// <summary>Rows of a tab-separated vector file with their line numbers, comments left out.</summary>
    internal static IEnumerable<(int Line, string[] Fields)> Rows(string name)
    {
        var line = 0;
        foreach (var text in File.ReadLines(PathOf(name)))
        {
            line++;
            if (text.Length > 0 && text[0] != '#')
            {
                yield return (line, text.Split('\t'));
            }
        }
    }
}
