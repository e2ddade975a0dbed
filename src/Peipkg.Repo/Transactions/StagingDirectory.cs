using System.Globalization;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// The directory inside a repository where a generation is prepared, named by its index_version. After the step it keeps
/// the generation before, for readers that are in the middle of it, until the next run.
/// </summary>
internal static class StagingDirectory
{
    /// <summary>Where in it the new files lie, at their relative paths.</summary>
    internal const string Next = "next";

    /// <summary>Makes the staging directory of a generation.</summary>
    /// <param name="root">The repository, whose lock the caller holds and whose leftovers it has removed.</param>
    /// <param name="indexVersion">The generation's index_version.</param>
    internal static string Create(string root, ulong indexVersion)
    {
        string path = Path.Combine(
            root,
            RepositoryLayout.PrivatePrefix + indexVersion.ToString(CultureInfo.InvariantCulture)
        );
        if (Directory.Exists(path))
        {
            TreeRemoval.Remove(path);
        }

        Directory.CreateDirectory(path);
        PublicMode.Allow(path);
        return path;
    }

    /// <summary>The sibling that a package is written to before it is renamed to its place.</summary>
    /// <remarks>A digest of its name, for a name may be as long as a name can be.</remarks>
    internal static string TemporaryOf(string relativePath)
    {
        int name = relativePath.LastIndexOf('/') + 1;
        string digest = Sha256Digest.Of(Encoding.UTF8.GetBytes(relativePath[name..])).ToString();
        return $"{relativePath[..name]}.{digest.AsSpan(0, 32)}{DurableFile.TemporarySuffix}";
    }

    /// <summary>Removes what earlier runs have left in a repository whose lock the caller holds.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="indexVersion">The present index_version; null when nobody knows.</param>
    /// <param name="isPublished">Whether an index names the package at a relative path.</param>
    /// <returns>How many leftovers of runs that did not end well were removed.</returns>
    internal static int RemoveAbandoned(string root, ulong? indexVersion, Func<string, bool> isPublished)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        int removed = 0;
        foreach (string staging in Stagings(root))
        {
            if (!ChangeJournal.IsDone(staging))
            {
                removed += 1 + CleanUp(root, staging, ChangeJournal.Read(staging), indexVersion, isPublished);
            }

            TreeRemoval.Remove(staging);
        }

        DocumentSwitch.Forget(root);
        return removed;
    }

    private static string[] Stagings(string root) =>
        [
            .. Directory
                .EnumerateDirectories(root, RepositoryLayout.PrivatePrefix + "*")
                .Where(static path =>
                    IsStaging(Path.GetFileName(path)) && FileStatus.Of(path) is { IsDirectory: true }
                ),
        ];

    /// <summary>
    /// Whether a directory is named as this program names what it may remove: a generation's, one that has been published
    /// after it waited, or one in which the repository was begun.
    /// </summary>
    private static bool IsStaging(string name) =>
        name is PendingGeneration.ImportedName
        || DurableFile.IsTemporaryName(name)
        || (
            name.Length > RepositoryLayout.PrivatePrefix.Length
            && name.AsSpan(RepositoryLayout.PrivatePrefix.Length).IndexOfAnyExceptInRange('0', '9') < 0
        );

    private static int CleanUp(
        string root,
        string staging,
        ChangeJournal journal,
        ulong? indexVersion,
        Func<string, bool> isPublished
    )
    {
        DocumentSwitch.Materialise(root, staging, journal.Switched);
        int removed = 0;
        foreach (string path in journal.Added)
        {
            DirectoryTree.RemoveFile(root, TemporaryOf(path));
            removed +=
                indexVersion < journal.IndexVersion && !isPublished(path) && DirectoryTree.RemoveFile(root, path)
                    ? 1
                    : 0;
        }

        foreach (string path in journal.Removed)
        {
            removed +=
                indexVersion >= journal.IndexVersion && !isPublished(path) && DirectoryTree.RemoveFile(root, path)
                    ? 1
                    : 0;
        }

        return removed;
    }
}
