using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>What tells one file from another, and what kind of file it is.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Permissions">The twelve bits that <c>chmod</c> sets.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Links">How many names it has.</param>
/// <param name="Device">The file system it lies on.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="IsMountRoot">Whether another file system begins here, as far as the kernel (5.8 and later) says.</param>
public readonly record struct FileStatus(
    FileKind Kind,
    uint Permissions,
    long Size,
    uint Links,
    ulong Device,
    ulong Inode,
    bool IsMountRoot
)
{
    // NAME_MAX of limits.h.
    private const int LongestName = 255;

    internal FileStatus(in LibC.StatBuffer status)
        : this(
            FileKinds.OfMode(status.Mode),
            status.Mode & 0xfffu,
            unchecked((long)status.Size),
            status.Links,
            ((ulong)status.DeviceMajor << 32) | status.DeviceMinor,
            status.Inode,
            (status.Attributes & status.AttributesMask & LibC.MountRoot) != 0
        ) { }

    /// <summary>Whether it is a regular file.</summary>
    public bool IsRegular => Kind == FileKind.File;

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => Kind == FileKind.Directory;

    /// <summary>Whether it is a symlink.</summary>
    public bool IsSymlink => Kind == FileKind.Symlink;

    /// <summary>Whether it is a FIFO, a socket or a device: what is written to and read from, but never replaced.</summary>
    public bool IsSpecial =>
        Kind is FileKind.Fifo or FileKind.Socket or FileKind.CharacterDevice or FileKind.BlockDevice;

    /// <summary>Whether both are one file, perhaps under two names.</summary>
    public bool IsSameFile(FileStatus other) => Device == other.Device && Inode == other.Inode;

    /// <summary>What is at a path: itself, or what a symlink there leads to.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether a symlink is followed.</param>
    /// <returns>Null when nothing is there.</returns>
    /// <exception cref="PosixIOException">It cannot be looked at.</exception>
    public static FileStatus? Of(string path, bool followLinks = false)
    {
        int flags = followLinks ? 0 : LibC.OfLink;
        if (LibC.StatX(LibC.CurrentDirectory, path, flags, LibC.BasicStatus, out LibC.StatBuffer status) == 0)
        {
            return new FileStatus(in status);
        }

        return
            PosixIOException.LastError is Errno.NoEntry or Errno.NotDirectory
            || (PosixIOException.LastError == Errno.NameTooLong && HasImpossibleName(path))
            ? null
            : throw PosixIOException.Last("examine", path);
    }

    /// <summary>What an open file is.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="path">Its name in messages.</param>
    /// <exception cref="PosixIOException">It cannot be looked at.</exception>
    public static FileStatus Of(SafeFileHandle handle, string path)
    {
        LibC.StatBuffer status = Raw(handle, path);
        return new FileStatus(in status);
    }

    /// <summary>When a file, or what a symlink leads to, was last written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PosixIOException">It cannot be looked at.</exception>
    public static DateTimeOffset WrittenAt(string path) =>
        LibC.StatX(LibC.CurrentDirectory, path, 0, LibC.BasicStatus, out LibC.StatBuffer status) == 0
            ? DateTimeOffset.UnixEpoch.AddTicks(
                Math.Clamp(status.ModifiedSeconds, 0, uint.MaxValue) * TimeSpan.TicksPerSecond
            )
            : throw PosixIOException.Last("examine", path);

    // Nothing can have such a name; of a path that is too long as a whole nobody knows whether something is there.
    private static bool HasImpossibleName(string path) =>
        path.Split('/').Any(static name => Encoding.UTF8.GetByteCount(name) > LongestName);

    internal static unsafe LibC.StatBuffer Raw(SafeFileHandle handle, string path)
    {
        byte empty = 0;
        return LibC.StatX(handle, &empty, LibC.OfHandle, LibC.BasicStatus, out LibC.StatBuffer status) == 0
            ? status
            : throw PosixIOException.Last("examine", path);
    }
}
