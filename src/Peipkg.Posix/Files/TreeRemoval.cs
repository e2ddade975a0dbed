namespace Peipkg.Posix.Files;

/// <summary>
/// Removes whatever a program left behind: names of any bytes, directories without permissions, trees of any depth.
/// Symlinks are removed and not followed, and what is mounted in the tree is neither entered nor removed.
/// </summary>
public static class TreeRemoval
{
    private const uint AllOfOwner = 0x1c0;

    /// <summary>Removes a file, a symlink or a directory with all that is in it; nothing happens when it is not there.</summary>
    /// <param name="path">What to remove.</param>
    /// <exception cref="PosixIOException">Something in it cannot be removed; the first of what cannot is named, all else is gone.</exception>
    public static void Remove(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string parentPath =
            Path.GetDirectoryName(full) ?? throw new ArgumentException("The root cannot be removed.", nameof(path));
        using DirectoryHandle? parent = DirectoryHandle.TryOpenUnread(parentPath, out Errno error);
        if (parent is null)
        {
            if (error is Errno.NoEntry or Errno.NotDirectory)
            {
                return;
            }

            throw PosixIOException.Of(error, "open the directory", parentPath);
        }

        byte[] name = FileName.Bytes(Path.GetFileName(full));
        error = parent.Remove(name, directory: false);
        if (error is Errno.IsDirectory or Errno.NotPermitted && IsDirectory(parent, name))
        {
            RemoveDirectory(parent, name, full);
        }
        else if (error is not (Errno.None or Errno.NoEntry))
        {
            throw PosixIOException.Of(error, "remove", full);
        }
    }

    /// <summary>Likewise, where it is no failure that something cannot be removed.</summary>
    /// <returns>False when something is left.</returns>
    public static bool TryRemove(string path)
    {
        try
        {
            Remove(path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsDirectory(DirectoryHandle parent, ReadOnlySpan<byte> name) =>
        parent.TryStatus(name, out FileStatus status) && status.IsDirectory;

    private static void RemoveDirectory(DirectoryHandle parent, byte[] name, string path)
    {
        PosixIOException? failure = null;
        for (int pass = 0; pass < PosixLimits.RemovalPasses; pass++)
        {
            (int removed, failure) = Empty(parent, name, path);
            Errno error = parent.Remove(name, directory: true);
            if (error is Errno.None or Errno.NoEntry)
            {
                return;
            }

            failure ??= PosixIOException.Of(error, "remove", path);
            if (removed == 0 || error is not (Errno.NotEmpty or Errno.Exists))
            {
                break;
            }
        }

        throw failure!;
    }

    /// <summary>Removes what is in a directory.</summary>
    /// <returns>How much was removed, and the first failure.</returns>
    private static (int Removed, PosixIOException? Failure) Empty(DirectoryHandle parent, byte[] name, string path)
    {
        int removed = 0;
        PosixIOException? failure = null;
        if (Open(parent, name, out Errno error) is not { } root)
        {
            return (0, error == Errno.NoEntry ? null : PosixIOException.Of(error, "open the directory", path));
        }

        using TreeWalk walk = TreeWalk.Begin(root, path);
        try
        {
            while (walk.Next())
            {
                // Of a file system whose directories do not say what their entries are, removing tells.
                bool enter = walk.Step == TreeStep.Entry && walk.ListedKind == FileKind.Directory;
                error = enter ? Errno.IsDirectory : RemoveEntry(walk);
                removed += error == Errno.None ? 1 : 0;
                error = error == Errno.IsDirectory ? Enter(walk) : error;
                if (error is not (Errno.None or Errno.NoEntry))
                {
                    failure ??= PosixIOException.Of(error, "remove", walk.DisplayPath);
                }
            }
        }
        catch (PosixIOException exception)
        {
            failure ??= exception;
        }

        return (removed, failure);
    }

    private static Errno RemoveEntry(TreeWalk walk)
    {
        bool directory = walk.Step == TreeStep.Leave;
        Errno error = walk.Directory.Remove(walk.Name, directory);
        return error == Errno.AccessDenied && walk.Directory.ChangeMode(AllOfOwner) == Errno.None
            ? walk.Directory.Remove(walk.Name, directory)
            : error;
    }

    private static Errno Enter(TreeWalk walk)
    {
        Errno error = walk.Enter(crossMounts: false);
        return error == Errno.AccessDenied && MakeEnterable(walk.Directory, walk.Name)
            ? walk.Enter(crossMounts: false)
            : error;
    }

    private static DirectoryHandle? Open(DirectoryHandle parent, ReadOnlySpan<byte> name, out Errno error)
    {
        DirectoryHandle? directory = parent.TryOpenDirectory(name, out error);
        return error == Errno.AccessDenied && MakeEnterable(parent, name)
            ? parent.TryOpenDirectory(name, out error)
            : directory;
    }

    // The directory that holds it may itself lack the permission to reach what it holds.
    private static bool MakeEnterable(DirectoryHandle parent, ReadOnlySpan<byte> name) =>
        parent.ChangeMode(name, AllOfOwner) == Errno.None
        || (parent.ChangeMode(AllOfOwner) == Errno.None && parent.ChangeMode(name, AllOfOwner) == Errno.None);
}
