using System.Text;
using Peipkg.Format;
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

    /// <summary>The sibling that a package is written to before it is renamed to its place.</summary>
    /// <remarks>A digest of its name, for a name may be as long as a name can be.</remarks>
    internal static string TemporaryOf(string relativePath)
    {
        int name = relativePath.LastIndexOf('/') + 1;
        string digest = Sha256Digest.Of(Encoding.UTF8.GetBytes(relativePath[name..])).ToString();
        return $"{relativePath[..name]}.{digest.AsSpan(0, 32)}{DurableFile.TemporarySuffix}";
    }

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
                if (RepositoryPath.IsSafe(path))
                {
                    DirectoryTree.RemoveFile(root, TemporaryOf(path));
                    removed += !isPublished(path) && DirectoryTree.RemoveFile(root, path) ? 1 : 0;
                }
            }

            Directory.Delete(staging, recursive: true);
            removed++;
        }

        return removed;
    }
}
