using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// An exclusive advisory lock (flock) on a file whose content says who holds it. The kernel frees the lock with its process,
/// however that ends, so a file that nobody holds is what a killed process left behind.
/// </summary>
/// <remarks>
/// flock, not fcntl: an fcntl lock is lost as soon as the process closes any descriptor of the file. And not
/// <see cref="FileStream"/>: it takes a lock of its own on opening, so that nobody could read who the holder is.
/// </remarks>
public sealed class FileLock : IDisposable
{
    private const uint PublicPermissions = 0x1a4;

    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file, string path, string previous)
    {
        _file = file;
        Path = path;
        Previous = previous;
    }

    /// <summary>The file's path, for <see cref="Remove"/>; its owner sets it anew when a directory above is renamed.</summary>
    public string Path { get; set; }

    /// <summary>What the file said before this lock was taken: who held it and ended without removing it. Empty for a new file.</summary>
    public string Previous { get; }

    /// <summary>Takes the lock without waiting.</summary>
    /// <param name="path">The file; one that others can replace by a symlink is refused, not followed.</param>
    /// <param name="create">Whether a missing file is made.</param>
    /// <param name="holder">Who holds it, as the file says; null when the lock was taken, or no file is there.</param>
    /// <returns>Null when somebody holds it, or no file is there.</returns>
    /// <exception cref="PosixIOException">The file cannot be made, opened or locked, or is no regular file.</exception>
    public static FileLock? TryTake(string path, bool create, out string? holder)
    {
        holder = null;
        while (Open(path, create) is { } file)
        {
            try
            {
                string content = Read(file);
                if (!TryLock(file, path))
                {
                    holder = content;
                    file.Dispose();
                    return null;
                }

                // The holder before us may have removed the file between our open and our lock: then try the next one.
                if (FileStatus.Of(path) is { } named && named.IsSameFile(FileStatus.Of(file, path)))
                {
                    return new FileLock(file, path, Read(file));
                }
            }
            catch
            {
                file.Dispose();
                throw;
            }

            file.Dispose();
        }

        return null;
    }

    /// <summary>Says in the file who holds it. On a full disk the lock holds all the same; only its holder stays unnamed.</summary>
    /// <param name="holder">At most 256 bytes are read back.</param>
    public void Sign(string holder)
    {
        try
        {
            RandomAccess.SetLength(_file, 0);
            RandomAccess.Write(_file, Encoding.UTF8.GetBytes(holder), 0);
        }
        catch (IOException)
        {
            // As said.
        }
    }

    /// <summary>Removes the file, then releases the lock. A file that cannot be removed is taken over by whoever locks it next.</summary>
    public void Remove()
    {
        if (!_file.IsClosed)
        {
            try
            {
                File.Delete(Path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // As said.
            }

            Dispose();
        }
    }

    /// <summary>Releases the lock and leaves the file.</summary>
    public void Dispose() => _file.Dispose();

    private static SafeFileHandle? Open(string path, bool create)
    {
        int flags = LibC.ReadWrite | LibC.CloseOnExec | LibC.DoNotFollow | LibC.DoNotWait | (create ? LibC.Create : 0);
        int descriptor = LibC.Open(path, flags, PublicPermissions);
        if (descriptor < 0)
        {
            return PosixIOException.LastError switch
            {
                Errno.NoEntry when !create => null,
                Errno.IsLink or Errno.IsDirectory => throw NotOurs(path),
                _ => throw PosixIOException.Last("open", path),
            };
        }

        SafeFileHandle file = new(descriptor, ownsHandle: true);
        if (FileStatus.Of(file, path).IsRegular)
        {
            return file;
        }

        file.Dispose();
        throw NotOurs(path);
    }

    private static PosixIOException NotOurs(string path) =>
        new($"{path} is not a regular file, so it is not this tool's; remove it", Errno.InvalidArgument);

    private static bool TryLock(SafeFileHandle file, string path)
    {
        while (LibC.Lock(file, LibC.ExclusiveLock | LibC.WithoutWaiting) != 0)
        {
            switch (PosixIOException.LastError)
            {
                case Errno.WouldBlock:
                    return false;
                case Errno.Interrupted:
                    break;
                default:
                    throw PosixIOException.Last("lock", path);
            }
        }

        return true;
    }

    private static string Read(SafeFileHandle file)
    {
        Span<byte> content = stackalloc byte[PosixLimits.LockHolderBytes];
        return Encoding.UTF8.GetString(content[..RandomAccess.Read(file, content, 0)]).Trim();
    }
}
