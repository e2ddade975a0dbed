using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// An open directory. What is done through it happens in that very directory, whatever becomes of the names that led
/// there. Names of entries are bytes, as the kernel has them; no operation follows a symlink that an entry is, unless it is told to.
/// </summary>
/// <remarks>Operations that often fail for reasons that are no errors answer the reason; the others throw.</remarks>
public sealed unsafe class DirectoryHandle : IDisposable
{
    private const int OpenFlags = LibC.ReadOnly | LibC.CloseOnExec;

    internal DirectoryHandle(SafeFileHandle handle) => Handle = handle;

    /// <summary>A path that leads into this very directory for as long as it is open, in this process alone: <c>/proc/self/fd/N</c>.</summary>
    public string DescriptorPath => $"/proc/self/fd/{Handle.DangerousGetHandle()}";

    /// <summary>Where the kernel says that the directory is; empty where it does not say, as without <c>/proc</c>.</summary>
    public string Location => RealPath.Of(Handle);

    internal SafeFileHandle Handle { get; }

    /// <summary>Opens a directory by path, through symlinks.</summary>
    /// <exception cref="PosixIOException">It is missing, no directory, or may not be read.</exception>
    public static DirectoryHandle Open(string path) =>
        TryOpen(path, followLinks: true, out Errno error)
        ?? throw PosixIOException.Of(error, "open the directory", path);

    /// <summary>Opens a directory by path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether its last name may be a symlink; those before always may.</param>
    /// <param name="error">Why null was answered.</param>
    public static DirectoryHandle? TryOpen(string path, bool followLinks, out Errno error)
    {
        int flags = OpenFlags | LibC.IsDirectory | (followLinks ? 0 : LibC.DoNotFollow);
        return Wrap(LibC.Open(path, flags), out error);
    }

    /// <summary>Opens a directory whose entries are only named, not listed: being allowed to enter it is enough.</summary>
    internal static DirectoryHandle? TryOpenUnread(string path, out Errno error) =>
        Wrap(LibC.Open(path, LibC.PathOnly | LibC.CloseOnExec | LibC.IsDirectory), out error);

    /// <summary>Opens a directory of this one.</summary>
    /// <param name="name">Its name, or a relative path whose other names may be symlinks; <c>..</c> is the directory above.</param>
    /// <param name="error">Why null was answered; <see cref="Errno.IsLink"/> or <see cref="Errno.NotDirectory"/> for a symlink.</param>
    public DirectoryHandle? TryOpenDirectory(ReadOnlySpan<byte> name, out Errno error)
    {
        using Name text = new(name, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        {
            return Wrap(LibC.OpenAt(Handle, path, OpenFlags | LibC.IsDirectory | LibC.DoNotFollow), out error);
        }
    }

    /// <summary>Opens an entry for reading. A FIFO without a writer is not waited for: look at what was opened.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="error">Why null was answered.</param>
    /// <param name="followLinks">Whether it may be a symlink, in a directory that nobody else writes to.</param>
    public SafeFileHandle? TryOpenFile(ReadOnlySpan<byte> name, out Errno error, bool followLinks = false)
    {
        using Name text = new(name, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        {
            int flags = OpenFlags | LibC.DoNotWait | (followLinks ? 0 : LibC.DoNotFollow);
            return Own(LibC.OpenAt(Handle, path, flags), out error);
        }
    }

    /// <summary>Makes a file where nothing is, and opens it for writing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="permissions">Its mode, less the umask.</param>
    /// <param name="error">Why null was answered.</param>
    public SafeFileHandle? TryCreateFile(ReadOnlySpan<byte> name, uint permissions, out Errno error)
    {
        const int Flags = LibC.WriteOnly | LibC.Create | LibC.Exclusive | LibC.CloseOnExec;
        using Name text = new(name, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        {
            return Own(LibC.OpenAt(Handle, path, Flags | LibC.DoNotFollow, permissions), out error);
        }
    }

    /// <summary>What an entry is.</summary>
    /// <returns>False when there is none, or it may not be looked at.</returns>
    public bool TryStatus(ReadOnlySpan<byte> name, out FileStatus status)
    {
        bool known = TryRawStatus(name, out LibC.StatBuffer buffer);
        status = known ? new FileStatus(in buffer) : default;
        return known;
    }

    /// <summary>What this directory is.</summary>
    /// <exception cref="PosixIOException">It cannot be looked at.</exception>
    public FileStatus Status() => FileStatus.Of(Handle, "an open directory");

    /// <summary>Reads where a symlink leads to.</summary>
    /// <returns>Null when it cannot be read.</returns>
    public byte[]? TryReadLink(ReadOnlySpan<byte> name, out Errno error)
    {
        Span<byte> target = stackalloc byte[PosixLimits.LinkTargetBytes];
        using Name text = new(name, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        fixed (byte* buffer = target)
        {
            nint length = LibC.ReadLinkAt(Handle, path, buffer, (nuint)target.Length);
            error = length < 0 ? PosixIOException.LastError : Errno.None;
            return length < 0 ? null : target[..(int)length].ToArray();
        }
    }

    /// <summary>Makes a directory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="permissions">Its mode, less the umask.</param>
    public Errno MakeDirectory(ReadOnlySpan<byte> name, uint permissions)
    {
        using Name text = new(name, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        {
            return Result(LibC.MakeDirectoryAt(Handle, path, permissions));
        }
    }

    /// <summary>Makes a symlink.</summary>
    public Errno MakeSymlink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        using Name text = new(name, stackalloc byte[Name.Inline]);
        using Name targetText = new(target, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        fixed (byte* targetPath = targetText.Bytes)
        {
            return Result(LibC.SymlinkAt(targetPath, Handle, path));
        }
    }

    /// <summary>Removes an entry: a directory only when it is empty, anything else with or without other names.</summary>
    public Errno Remove(ReadOnlySpan<byte> name, bool directory)
    {
        using Name text = new(name, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        {
            return Result(LibC.UnlinkAt(Handle, path, directory ? LibC.RemoveDirectory : 0));
        }
    }

    /// <summary>Changes the mode of an entry that is no symlink.</summary>
    public Errno ChangeMode(ReadOnlySpan<byte> name, uint permissions)
    {
        using Name text = new(name, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        {
            Errno error = Result(LibC.ChangeModeAt(Handle, path, permissions, LibC.OfLink));

            // The C library needs /proc for it, or a kernel of 6.6.
            return error == Errno.NotSupported && TryStatus(name, out FileStatus status) && !status.IsSymlink
                ? Result(LibC.ChangeModeAt(Handle, path, permissions, 0))
                : error;
        }
    }

    /// <summary>Sets an extended attribute of a file that is no symlink, replacing what it was.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="attribute">The attribute's name, its namespace included.</param>
    /// <param name="value">Its value.</param>
    public Errno SetAttribute(ReadOnlySpan<byte> name, string attribute, ReadOnlySpan<byte> value)
    {
        using SafeFileHandle? file = TryOpenFile(name, out Errno error);
        if (file is null)
        {
            return error;
        }

        fixed (byte* bytes = value)
        {
            return Result(LibC.SetAttribute(file, attribute, bytes, (nuint)value.Length, 0));
        }
    }

    /// <summary>Changes the mode of this directory.</summary>
    public Errno ChangeMode(uint permissions) => Result(LibC.ChangeMode(Handle, permissions));

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    internal bool TryRawStatus(ReadOnlySpan<byte> name, out LibC.StatBuffer status)
    {
        using Name text = new(name, stackalloc byte[Name.Inline]);
        fixed (byte* path = text.Bytes)
        {
            return LibC.StatX(Handle, path, LibC.OfLink, LibC.BasicStatus, out status) == 0;
        }
    }

    internal static Errno Result(int outcome) => outcome == 0 ? Errno.None : PosixIOException.LastError;

    private static DirectoryHandle? Wrap(int descriptor, out Errno error) =>
        Own(descriptor, out error) is { } handle ? new DirectoryHandle(handle) : null;

    private static SafeFileHandle? Own(int descriptor, out Errno error)
    {
        error = descriptor < 0 ? PosixIOException.LastError : Errno.None;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
