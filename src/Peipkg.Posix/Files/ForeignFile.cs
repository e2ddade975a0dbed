using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// Opens regular files that others have made. A FIFO is never waited for and a device never read: what is there is judged
/// before it is opened, for opening alone may wind a tape, and again afterwards, for it may have been exchanged.
/// </summary>
public static unsafe class ForeignFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followLinks">Whether a symlink is followed that is its last name.</param>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="PosixIOException">It is no regular file, or may not be read.</exception>
    public static SafeFileHandle Open(string path, bool followLinks = true)
    {
        if (FileStatus.Of(path, followLinks) is not { } before)
        {
            throw Missing(path);
        }

        RequireRegular(before, path);
        int flags = LibC.ReadOnly | LibC.CloseOnExec | LibC.DoNotWait | (followLinks ? 0 : LibC.DoNotFollow);
        int descriptor = LibC.Open(path, flags);
        if (descriptor < 0)
        {
            throw PosixIOException.LastError == Errno.NoEntry ? Missing(path) : PosixIOException.Last("open", path);
        }

        SafeFileHandle file = new(descriptor, ownsHandle: true);
        try
        {
            RequireRegular(FileStatus.Of(file, path), path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Likewise, as a stream without a buffer.</summary>
    /// <inheritdoc cref="Open"/>
    public static Stream OpenStream(string path, bool followLinks = true) =>
        new RegularFileStream(Open(path, followLinks));

    private static void RequireRegular(FileStatus status, string path)
    {
        if (!status.IsRegular)
        {
            throw new PosixIOException(
                $"{path} is {status.Kind.Noun()}, not a regular file",
                status.IsDirectory ? Errno.IsDirectory : Errno.InvalidArgument
            );
        }
    }

    private static FileNotFoundException Missing(string path) => new($"there is no file {path}", path);
}
