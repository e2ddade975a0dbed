using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// Changes several files of a repository in one step. For the moment of the change each of them is a symlink through one
/// common link: pointing that link elsewhere, a single rename, changes what all of them are. Before and afterwards they
/// are ordinary files again.
/// </summary>
/// <remarks>
/// <para>
/// <c>repo.json</c> and its signature lie beside each other in the root, and no system call exchanges two files at once.
/// Exchanging the whole root would leave web servers and bind mounts in the old one. Standing symlinks would do, but
/// mirrors and static hosts drop or follow them as they please; during the few milliseconds of a change nobody notices.
/// </para>
/// <para>
/// Where a run is killed, whatever the common link then points to is one whole generation; <see cref="Materialise"/>
/// makes ordinary files of it, in whichever direction.
/// </para>
/// </remarks>
/// <param name="root">The repository.</param>
/// <param name="staging">The transaction's directory in it.</param>
/// <param name="next">The directory in the staging directory that holds the new files at their relative paths.</param>
internal sealed class DocumentSwitch(string root, string staging, string next)
{
    /// <summary>The common link, in the root.</summary>
    internal const string CommonLink = RepositoryLayout.PrivatePrefix + "current";

    private const string Present = "present";

    /// <summary>Makes symlinks of files without changing what a reader sees.</summary>
    internal void Prepare(IReadOnlyList<string> paths)
    {
        string present = Path.Combine(staging, Present);
        DirectoryTree copies = new(staging);
        Directory.CreateDirectory(present);
        foreach (string path in paths)
        {
            string place = Path.Combine(root, path);
            string copy = copies.Prepare($"{Present}/{path}");
            if (Directory.Exists(place))
            {
                LinkedCopy.OfDirectory(place, copy);
                copies.Note(copy);
            }
            else if (File.Exists(place))
            {
                HardLink.CreateOrCopy(place, copy);
            }
        }

        copies.Flush();
        Point(Present);
        DurableFile.SyncDirectory(root);
        DirectoryTree places = new(root);
        foreach (string path in paths)
        {
            string place = places.Prepare(path);
            string link = Path.Combine(staging, "link");
            File.CreateSymbolicLink(link, TargetOf(path));
            Swap(link, place, path);
        }

        places.Flush();
    }

    /// <summary>The step; flushing the root is the caller's.</summary>
    internal void Flip() => Point(next);

    /// <summary>
    /// Makes ordinary files of all that are symlinks, with what they now lead to. The common link stays for readers that
    /// are just following it.
    /// </summary>
    /// <param name="root">The repository.</param>
    /// <param name="staging">The directory of the transaction.</param>
    /// <param name="paths">The files of a journal; those that are no symlinks are left alone.</param>
    internal static void Materialise(string root, string staging, IReadOnlyList<string> paths)
    {
        DirectoryTree places = new(root);
        foreach (string path in paths)
        {
            string place = Path.Combine(root, path);
            if (FileStatus.Of(place) is not { IsSymlink: true } || new FileInfo(place).LinkTarget != TargetOf(path))
            {
                continue;
            }

            string source = Path.Combine(root, CommonLink, path);
            string copy = Path.Combine(staging, "real");
            RemoveAny(copy);
            places.Note(Path.GetDirectoryName(place)!);
            if (Directory.Exists(source))
            {
                LinkedCopy.OfDirectory(source, copy);
                DurableFile.SyncDirectory(copy);
                DurableFile.Exchange(copy, place);
                File.Delete(copy);
            }
            else if (File.Exists(source))
            {
                HardLink.CreateOrCopy(source, copy);
                DurableFile.RenameReplacing(copy, place);
            }
            else
            {
                File.Delete(place);
            }
        }

        places.Flush();
    }

    /// <summary>Removes the common link, through which nothing leads any more.</summary>
    internal static void Forget(string root) => File.Delete(Path.Combine(root, CommonLink));

    /// <summary>Whether something is a symlink of a change that was broken off.</summary>
    internal static bool IsLink(string place) =>
        new FileInfo(place).LinkTarget is { } target && target.Contains(CommonLink + "/", StringComparison.Ordinal);

    private static void RemoveAny(string path)
    {
        if (FileStatus.Of(path) is { IsDirectory: true })
        {
            TreeRemoval.Remove(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static string TargetOf(string path) =>
        string.Concat(Enumerable.Repeat("../", path.Count(static c => c == '/'))) + $"{CommonLink}/{path}";

    /// <summary>Puts the link in the place. The directory of the indexes can only be exchanged, and is kept for readers in it.</summary>
    private void Swap(string link, string place, string path)
    {
        if (FileStatus.Of(place) is { IsDirectory: true })
        {
            if (path != RepositoryLayout.IndexDirectory)
            {
                throw new UserErrorException($"{place} is a directory where a file belongs; remove it");
            }

            DurableFile.Exchange(link, place);
            DurableFile.RenameNoReplace(link, Path.Combine(staging, "previous-" + path));
        }
        else
        {
            DurableFile.RenameReplacing(link, place);
        }
    }

    private void Point(string directory)
    {
        string link = Path.Combine(staging, "link");
        File.CreateSymbolicLink(link, $"{Path.GetFileName(staging)}/{directory}");
        DurableFile.RenameReplacing(link, Path.Combine(root, CommonLink));
    }
}
