using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// A file that has no name yet (O_TMPFILE), so that a kill leaves nothing; on file systems without such files, and without
/// <c>/proc</c> through which one gets its name, a temporary sibling of what it will be.
/// </summary>
internal sealed class UnfinishedFile : IDisposable
{
    private static readonly bool MayBeNamed = Directory.Exists("/proc/self/fd");

    private string? _temporary;

    private UnfinishedFile(FileStream stream, string? temporary)
    {
        Stream = stream;
        _temporary = temporary;
    }

    /// <summary>Its content; unbuffered, seekable, readable.</summary>
    internal FileStream Stream { get; }

    /// <summary>Begins one that will be given a name.</summary>
    /// <param name="target">Its path.</param>
    /// <param name="mode">The mode it will have, whatever the umask is.</param>
    /// <exception cref="IOException">The directory is missing or refuses.</exception>
    internal static UnfinishedFile Beside(string target, UnixFileMode mode)
    {
        UnfinishedFile file =
            (MayBeNamed ? TryNameless(Path.GetDirectoryName(target) ?? "/") : null)
            ?? Named(DurableFile.TemporarySibling(target), mode);
        try
        {
            File.SetUnixFileMode(file.Stream.SafeFileHandle, mode);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Begins one in the directory for temporary files that never gets a name.</summary>
    /// <exception cref="IOException">The directory is missing or refuses.</exception>
    internal static UnfinishedFile Aside()
    {
        string directory = Path.GetTempPath();
        if (TryNameless(directory) is { } file)
        {
            return file;
        }

        file = Named(DurableFile.TemporarySibling(Path.Combine(directory, "peipkg")), DurableFile.PrivateMode);
        File.Delete(file._temporary!);
        file._temporary = null;
        return file;
    }

    /// <summary>Gives it its name, in the place of whatever file is there.</summary>
    /// <exception cref="IOException">The file system refuses; the target is as it was.</exception>
    internal void Become(string target)
    {
        if (_temporary is null)
        {
            Errno error = Link(target);
            if (error == Errno.None)
            {
                return;
            }

            // A link replaces nothing, a rename does.
            string sibling = DurableFile.TemporarySibling(target);
            error = error == Errno.Exists ? Link(sibling) : error;
            if (error != Errno.None)
            {
                throw PosixIOException.Of(error, "write", target);
            }

            _temporary = sibling;
        }

        DurableFile.RenameReplacing(_temporary, target);
        _temporary = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        if (_temporary is { } left)
        {
            _temporary = null;
            File.Delete(left);
        }
    }

    // Through /proc, for naming it by descriptor alone is reserved to root.
    private Errno Link(string name) =>
        DirectoryHandle.Result(
            LibC.LinkAt(
                LibC.CurrentDirectory,
                $"/proc/self/fd/{Stream.SafeFileHandle.DangerousGetHandle()}",
                LibC.CurrentDirectory,
                name,
                LibC.FollowLink
            )
        );

    private static UnfinishedFile? TryNameless(string directory)
    {
        const uint Private = 0x180;
        int descriptor = LibC.Open(directory, LibC.Nameless | LibC.ReadWrite | LibC.CloseOnExec, Private);
        return descriptor < 0
            ? null
            : new UnfinishedFile(new EagerFileStream(new SafeFileHandle(descriptor, ownsHandle: true)), null);
    }

    private static UnfinishedFile Named(string path, UnixFileMode mode) =>
        new(
            new EagerFileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.Read,
                    BufferSize = 0,
                    UnixCreateMode = mode,
                }
            ),
            path
        );
}
