using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// A repository built where none is: complete in a temporary directory first, then given its name in one step, so that
/// nobody ever sees half of it. What a killed run left of an earlier attempt at the same name is removed.
/// </summary>
/// <remarks>
/// The temporary directory is a sibling of the target, for only a rename is one step. Where the target is a mount point
/// or its parent is closed to us, no sibling can take its place: the repository is then assembled inside, and
/// <c>repo.json</c>, without which no consumer sees a repository, is the last to arrive.
/// </remarks>
internal sealed class NewRepositoryDirectory : IDisposable
{
    /// <summary>Lists in the staging directory what is being moved out of it, so that a later run can take it back.</summary>
    private const string MoveList = RepositoryLayout.PrivatePrefix + "moving";

    private readonly string _target;
    private readonly bool _inside;
    private readonly RepositoryLock _lock;
    private bool _done;

    private NewRepositoryDirectory(string target, string path, bool inside, RepositoryLock held)
    {
        _target = target;
        Path = path;
        _inside = inside;
        _lock = held;
    }

    /// <summary>Where the repository is built.</summary>
    internal string Path { get; }

    /// <summary>What failed after the repository had its name, in words; null when all is well.</summary>
    internal string? Untidy { get; private set; }

    /// <summary>Refuses what cannot become a new repository, before any work is done for it.</summary>
    /// <exception cref="UserErrorException">The target is no empty directory.</exception>
    internal static void Probe(string target, string remedy)
    {
        string full = Resolve(target);
        if (FileStatus.Of(full) is { } present)
        {
            RefuseUnlessDirectory(present, target, remedy);
            if (!HasLeftovers(full))
            {
                RefuseUnlessEmpty(full, target, remedy);
            }
        }
    }

    /// <summary>Begins a repository.</summary>
    /// <param name="target">The directory it will have: absent or empty.</param>
    /// <param name="clock">The start written into the lock.</param>
    /// <param name="remedy">What to do when the directory is not empty, a clause.</param>
    /// <exception cref="UserErrorException">The target is no empty directory, or is in use.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    internal static NewRepositoryDirectory Begin(string target, TimeProvider clock, string remedy)
    {
        string full = Resolve(target);
        string parent =
            System.IO.Path.GetDirectoryName(full)
            ?? throw new UserErrorException($"{target}: the root directory cannot be a new repository");
        FileStatus? present = FileStatus.Of(full);
        if (present is null)
        {
            Directory.CreateDirectory(parent);
        }
        else
        {
            RefuseUnlessDirectory(present.Value, target, remedy);
            RemoveAbandonedInside(full, clock);
            RefuseUnlessEmpty(full, target, remedy);
        }

        RemoveAbandonedSiblings(parent, System.IO.Path.GetFileName(full), clock);
        return present is { IsMountRoot: true } || TryBeginSibling(full, clock, present is not null) is not { } sibling
            ? BeginInside(full, clock)
            : sibling;
    }

    /// <summary>Makes everything durable and gives the repository its name.</summary>
    /// <exception cref="UserErrorException">Something has come to the target's place meanwhile.</exception>
    internal void Commit()
    {
        DurableFile.SyncFileSystem(Path);
        if (_inside)
        {
            MoveOut();
        }
        else
        {
            try
            {
                DurableFile.RenameReplacing(Path, _target);
            }
            catch (PosixIOException error) when (error.Error is Errno.NotEmpty or Errno.Exists)
            {
                throw new UserErrorException(
                    $"{_target} is no longer empty: something else was put there during this run"
                );
            }

            _done = true;
            _lock.Follow(_target);
            Finish(() => DurableFile.SyncDirectory(System.IO.Path.GetDirectoryName(_target)!));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_done && Directory.Exists(Path))
        {
            if (_inside)
            {
                TakeBack(_target, Path);
            }

            TreeRemoval.Remove(Path);
        }

        _lock.Dispose();
    }

    private static string Resolve(string target)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        return Directory.Exists(full)
            ? Directory.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full
            : full;
    }

    private static void RefuseUnlessDirectory(FileStatus present, string target, string remedy)
    {
        if (!present.IsDirectory)
        {
            throw new UserErrorException($"{target} is not a directory; {remedy}");
        }
    }

    private static bool HasLeftovers(string full) =>
        System.IO.Path.Exists(System.IO.Path.Combine(full, RepositoryLayout.LockFile)) || AbandonedInside(full).Any();

    /// <summary>What <see cref="BeginInside"/> makes, and nothing else that is private to a repository, such as its snapshots.</summary>
    private static IEnumerable<string> AbandonedInside(string full) =>
        Directory
            .EnumerateDirectories(full, RepositoryLayout.PrivatePrefix + "*")
            .Where(static path => DurableFile.IsTemporaryName(System.IO.Path.GetFileName(path)));

    private static void RefuseUnlessEmpty(string full, string target, string remedy)
    {
        if (Directory.EnumerateFileSystemEntries(full).FirstOrDefault() is { } entry)
        {
            throw new UserErrorException(
                $"{target} is not empty (it holds {System.IO.Path.GetFileName(entry)}); {remedy}"
            );
        }
    }

    private static NewRepositoryDirectory? TryBeginSibling(string full, TimeProvider clock, bool mayStayInside)
    {
        while (true)
        {
            string path = DurableFile.TemporarySibling(full);
            try
            {
                Directory.CreateDirectory(path);
                PublicMode.Allow(path);
                return new NewRepositoryDirectory(full, path, inside: false, RepositoryLock.Acquire(path, clock));
            }
            catch (UnauthorizedAccessException) when (mayStayInside)
            {
                return null;
            }
            catch (PosixIOException error) when (error.Error == Errno.NoEntry)
            {
                // Another run took the directory, not yet locked, for an abandoned one.
            }
        }
    }

    private static NewRepositoryDirectory BeginInside(string full, TimeProvider clock)
    {
        RepositoryLock held = RepositoryLock.Acquire(full, clock);
        try
        {
            string path = DurableFile.TemporarySibling(
                System.IO.Path.Combine(full, RepositoryLayout.PrivatePrefix.Trim('.'))
            );
            Directory.CreateDirectory(path);
            return new NewRepositoryDirectory(full, path, inside: true, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private void MoveOut()
    {
        string[] names =
        [
            .. Directory
                .EnumerateFileSystemEntries(Path)
                .Select(static entry => System.IO.Path.GetFileName(entry))
                .Order(StringComparer.Ordinal)
                .OrderBy(static name => name == RepositoryLayout.Descriptor),
        ];
        DurableFile.Write(
            System.IO.Path.Combine(Path, MoveList),
            System.Text.Encoding.UTF8.GetBytes(string.Join('\n', names))
        );
        foreach (string name in names)
        {
            DurableFile.RenameNoReplace(System.IO.Path.Combine(Path, name), System.IO.Path.Combine(_target, name));
        }

        _done = true;
        Finish(() =>
        {
            DurableFile.SyncDirectory(_target);
            TreeRemoval.Remove(Path);
        });
    }

    /// <summary>What fails when readers may have seen the repository no longer takes it back.</summary>
    private void Finish(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Untidy = error.Message;
        }
    }

    /// <summary>Removes what a broken-off <see cref="MoveOut"/> had moved, unless it had moved everything.</summary>
    private static void TakeBack(string target, string staging)
    {
        string list = System.IO.Path.Combine(staging, MoveList);
        if (!File.Exists(list) || !File.Exists(System.IO.Path.Combine(staging, RepositoryLayout.Descriptor)))
        {
            return;
        }

        foreach (string name in File.ReadAllLines(list))
        {
            string moved = System.IO.Path.Combine(target, name);
            if (
                name == System.IO.Path.GetFileName(name)
                && !System.IO.Path.Exists(System.IO.Path.Combine(staging, name))
            )
            {
                Remove(moved);
            }
        }
    }

    private static void RemoveAbandonedInside(string full, TimeProvider clock)
    {
        if (!HasLeftovers(full))
        {
            return;
        }

        using RepositoryLock held = RepositoryLock.Acquire(full, clock);
        foreach (string staging in AbandonedInside(full).ToArray())
        {
            TakeBack(full, staging);
            TreeRemoval.Remove(staging);
        }
    }

    private static void RemoveAbandonedSiblings(string parent, string name, TimeProvider clock)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $".{name}.");
        string[] left =
        [
            .. Directory
                .EnumerateDirectories(parent)
                .Where(entry =>
                    System.IO.Path.GetFileName(entry) is var sibling
                    && sibling.StartsWith(prefix, StringComparison.Ordinal)
                    && DurableFile.IsTemporaryName(sibling)
                ),
        ];
        foreach (string sibling in left)
        {
            if (!File.Exists(System.IO.Path.Combine(sibling, RepositoryLayout.LockFile)))
            {
                // Made a moment ago and not yet locked, or abandoned at that moment: empty either way, or not ours.
                TryRemoveEmpty(sibling);
                continue;
            }

            using RepositoryLock? held = RepositoryLock.TryAcquireAbandoned(sibling, clock);
            if (held is not null)
            {
                TreeRemoval.Remove(sibling);
            }
        }
    }

    private static void TryRemoveEmpty(string directory)
    {
        try
        {
            Directory.Delete(directory);
        }
        catch (IOException)
        {
            // Not empty: somebody is at work in it.
        }
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            TreeRemoval.Remove(path);
        }
        else
        {
            File.Delete(path);
        }
    }
}
