using System.Text;
using Peipkg.Format.IO;

namespace Peipkg.Repo.State;

/// <summary>
/// The directory inside a repository where a generation is prepared. It carries the list of packages being placed, so
/// that the run after a killed one knows which of them no index ever named.
/// </summary>
internal static class StagingDirectory
{
    private const string PlacingList = "placing";

    /// <summary>Makes a staging directory.</summary>
    internal static string Create(string root)
    {
        string path = DurableFile.TemporarySibling(Path.Combine(root, RepositoryLayout.PrivatePrefix.Trim('.')));
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Notes which packages are about to be renamed to their places.</summary>
    internal static void WritePlacing(string staging, IEnumerable<string> relativePaths)
        => File.WriteAllText(Path.Combine(staging, PlacingList), string.Concat(relativePaths.Select(static path => path + '\n')));

    /// <summary>Removes what killed runs have left in a repository whose lock the caller holds.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="isPublished">Whether an index names the package at a relative path.</param>
    /// <returns>How many leftovers were removed.</returns>
    internal static int RemoveAbandoned(string root, Func<string, bool> isPublished)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        int removed = 0;
        string[] left = [.. Directory.EnumerateDirectories(root, RepositoryLayout.PrivatePrefix + "*")];
        foreach (string staging in left)
        {
            string list = Path.Combine(staging, PlacingList);
            foreach (string path in File.Exists(list) ? File.ReadAllLines(list, Encoding.UTF8) : [])
            {
                if (RepositoryPath.IsSafe(path) && !isPublished(path) && File.Exists(Path.Combine(root, path)))
                {
                    DirectoryTree.RemoveFile(root, path);
                    removed++;
                }
            }

            Directory.Delete(staging, recursive: true);
            removed++;
        }

        return removed;
    }
}
