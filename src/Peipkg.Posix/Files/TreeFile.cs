using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>Opens files of a tree that was walked, and that others may have changed since.</summary>
public static unsafe class TreeFile
{
    private const int OpenFlags = LibC.ReadOnly | LibC.CloseOnExec | LibC.DoNotWait;

    // Kernels before 5.6 and some sandboxes have no call that refuses symlinks all along a path.
    private static volatile bool _openByComponents;

    /// <summary>Opens a file for reading, through directories alone, and makes sure that it is the one that was met there.</summary>
    /// <param name="root">The tree's root.</param>
    /// <param name="path">The file's path below it, with <c>/</c>, of any length, without <c>..</c>.</param>
    /// <param name="expected">What the walk found.</param>
    /// <returns>A stream without a buffer.</returns>
    /// <exception cref="PosixIOException">It cannot be opened; <see cref="Errno.Stale"/> where it is another file by now, or a symlink has come in between.</exception>
    public static Stream Open(DirectoryHandle root, string path, FileStatus expected)
    {
        SafeFileHandle file = OpenFile(root, Encoding.UTF8.GetBytes(path), path);
        try
        {
            FileStatus status = FileStatus.Of(file, path);
            return status.IsRegular && status.IsSameFile(expected)
                ? new RegularFileStream(file)
                : throw new PosixIOException($"{path} is not the file that it was", Errno.Stale);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafeFileHandle OpenFile(DirectoryHandle root, ReadOnlySpan<byte> path, string displayPath)
    {
        SafeFileHandle directory = root.Handle;
        try
        {
            while (true)
            {
                int length = StepLength(path);
                bool last = length == path.Length;
                int flags = last
                    ? OpenFlags | LibC.DoNotFollow
                    : LibC.PathOnly | LibC.CloseOnExec | LibC.IsDirectory | LibC.DoNotFollow;
                int descriptor = OpenStep(directory, path[..length], flags, out Errno error);
                if (error is Errno.NotImplemented or Errno.NotPermitted && !_openByComponents)
                {
                    _openByComponents = true;
                    continue;
                }

                if (descriptor < 0)
                {
                    throw error is Errno.IsLink or Errno.NotDirectory or Errno.NoEntry or Errno.CrossesDevices
                        ? new PosixIOException($"{displayPath} is not the file that it was", Errno.Stale)
                        : PosixIOException.Of(error, "open", displayPath);
                }

                SafeFileHandle next = new(descriptor, ownsHandle: true);
                if (last)
                {
                    return next;
                }

                if (directory != root.Handle)
                {
                    directory.Dispose();
                }

                directory = next;
                path = path[(length + 1)..];
            }
        }
        finally
        {
            if (directory != root.Handle)
            {
                directory.Dispose();
            }
        }
    }

    /// <summary>How much of a path is opened at once: all of it, as many components as one call takes, or one.</summary>
    private static int StepLength(ReadOnlySpan<byte> path)
    {
        int first = path.IndexOf((byte)'/');
        if (first < 0 || (!_openByComponents && path.Length <= PosixLimits.PathBytes))
        {
            return path.Length;
        }

        int slash = _openByComponents ? first : path[..PosixLimits.StepBytes].LastIndexOf((byte)'/');
        return slash > 0 ? slash : first;
    }

    private static int OpenStep(SafeFileHandle directory, ReadOnlySpan<byte> path, int flags, out Errno error)
    {
        using Name text = new(path, stackalloc byte[Name.Inline]);
        fixed (byte* bytes = text.Bytes)
        {
            int descriptor = _openByComponents
                ? LibC.OpenAt(directory, bytes, flags)
                : LibC.OpenAt2(directory, bytes, flags, LibC.ResolveBeneathWithoutLinks);
            error = descriptor < 0 ? PosixIOException.LastError : Errno.None;
            return descriptor;
        }
    }
}
