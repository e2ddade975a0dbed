using Peipkg.CommandLine.Reporting;
using Peipkg.Recipes;

namespace Peipkg.Build.Checking;

/// <summary>Finds the recipes that the command line names: files, recipe directories, or directories of those.</summary>
internal static class RecipeFiles
{
    private const int DeepestSearch = 16;

    /// <summary>The recipe files, each once, in the order named and by path below directories.</summary>
    /// <exception cref="UserErrorException">A directory holds no recipe.</exception>
    internal static IReadOnlyList<string> Find(IEnumerable<string> names)
    {
        List<string> files = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            List<string> found = [];
            if (Directory.Exists(name))
            {
                Search(name, 0, found);
                if (found.Count == 0)
                {
                    throw new UserErrorException($"there is no {Recipe.FileName} in {name} or below it");
                }
            }
            else
            {
                // A file that is missing becomes a finding like any other.
                found.Add(name);
            }

            files.AddRange(found.Where(file => seen.Add(Path.GetFullPath(file))));
        }

        return files;
    }

    // Directories below a recipe are its own. Hidden ones are skipped, and links, which could form circles.
    private static void Search(string directory, int depth, List<string> found)
    {
        string file = Path.Combine(directory, Recipe.FileName);
        if (File.Exists(file))
        {
            found.Add(file);
            return;
        }

        if (depth == DeepestSearch)
        {
            return;
        }

        foreach (
            DirectoryInfo child in new DirectoryInfo(directory)
                .EnumerateDirectories()
                .OrderBy(d => d.Name, StringComparer.Ordinal)
        )
        {
            if (child.LinkTarget is null && child.Name[0] != '.')
            {
                Search(Path.Combine(directory, child.Name), depth + 1, found);
            }
        }
    }
}
