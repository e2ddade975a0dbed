using System.Collections.Concurrent;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// The directories below a root that packages need: made when missing, opened to readers, remembered so that they can be
/// flushed. Several threads may prepare files at once.
/// </summary>
internal sealed class DirectoryTree(string root)
{
    // Each waits for the disk, which does what waits together at one go.
    private const int FlushesAtOnce = 8;

    // Whoever finds a directory that another thread is just making waits for it.
    private readonly ConcurrentDictionary<string, Lazy<bool>> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _changed = new(StringComparer.Ordinal);

    /// <summary>The absolute path of a file below the root, whose directories exist from now on.</summary>
    /// <param name="relativePath">With <c>/</c>, without <c>..</c>.</param>
    internal string Prepare(string relativePath)
    {
        string path = Path.Combine(root, relativePath);
        string directory = Path.GetDirectoryName(path)!;
        Make(directory);
        _changed[directory] = true;
        return path;
    }

    /// <summary>Remembers a directory whose entries were changed by other means.</summary>
    internal void Note(string directory) => _changed[directory] = true;

    /// <summary>Makes the entries of every directory that got some durable.</summary>
    internal void Flush() => Flush([], this);

    /// <summary>Makes the content of files durable, and the entries of every directory that got some.</summary>
    /// <param name="files">The files.</param>
    /// <param name="trees">Trees whose directories got some.</param>
    internal static void Flush(IEnumerable<string> files, params IEnumerable<DirectoryTree> trees) =>
        Workers.ForEach(
            [
                .. files.Select(static file => (Path: file, IsDirectory: false)),
                .. trees
                    .SelectMany(static tree => tree._changed.Keys)
                    .Select(static directory => (Path: directory, IsDirectory: true)),
            ],
            static item =>
            {
                if (item.IsDirectory)
                {
                    DurableFile.SyncDirectory(item.Path);
                }
                else
                {
                    DurableFile.SyncFile(item.Path);
                }
            },
            CancellationToken.None,
            FlushesAtOnce
        );

    /// <summary>Removes a file and the directories above it that are empty without it, up to the root.</summary>
    /// <returns>Whether the file was there.</returns>
    internal static bool RemoveFile(string root, string relativePath)
    {
        string path = Path.Combine(root, relativePath);
        if (HasLinkAbove(root, relativePath))
        {
            return false;
        }

        bool present = FileStatus.Of(path) is { IsDirectory: false };
        if (present)
        {
            File.Delete(path);
        }

        for (
            string? directory = Path.GetDirectoryName(path);
            directory is not null && directory.Length > root.Length;
            directory = Path.GetDirectoryName(directory)
        )
        {
            try
            {
                Directory.Delete(directory);
            }
            catch (DirectoryNotFoundException)
            {
                // The run did not get so far; those above it may be there.
            }
            catch (IOException) when (Directory.EnumerateFileSystemEntries(directory).Any())
            {
                break;
            }
        }

        return present;
    }

    /// <summary>Whether a directory on the way to a file is a symlink, so that the file lies who knows where.</summary>
    internal static bool HasLinkAbove(string root, string relativePath)
    {
        for (
            int slash = relativePath.IndexOf('/', StringComparison.Ordinal);
            slash > 0;
            slash = relativePath.IndexOf('/', slash + 1)
        )
        {
            if (FileStatus.Of(Path.Combine(root, relativePath[..slash])) is { IsSymlink: true })
            {
                return true;
            }
        }

        return false;
    }

    private void Make(string directory) =>
        _ = _known.GetOrAdd(directory, missing => new Lazy<bool>(() => MakeOne(missing))).Value;

    private bool MakeOne(string directory)
    {
        if (directory.Length <= root.Length)
        {
            return true;
        }

        // Above first: what lies behind a symlink there would look like a directory in its place.
        string parent = Path.GetDirectoryName(directory)!;
        Make(parent);
        FileStatus? present = FileStatus.Of(directory);
        if (present is { IsDirectory: false })
        {
            throw new UserErrorException(
                $"{directory} is {(present is { IsSymlink: true } ? "a symlink" : "a file")} where a directory of the repository "
                    + "belongs; move what it leads to here, or remove it"
            );
        }

        if (present is null)
        {
            DurableFile.MakeDirectory(directory);
            PublicMode.Allow(directory);
            _changed[parent] = true;
        }

        return true;
    }
}
