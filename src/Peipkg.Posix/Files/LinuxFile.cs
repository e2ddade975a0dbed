using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Files;

/// <summary>System calls that neither the base class library nor <see cref="DurableFile"/> offers.</summary>
internal static partial class LinuxFile
{
    internal const int PermissionDenied = 13;
    internal const int NoSuchFile = 2;
    internal const int AlreadyExists = 17;
    internal const int NotDirectory = 20;
    internal const int InvalidArgument = 22;
    internal const int ReadOnlyFileSystem = 30;
    internal const int NotImplemented = 38;
    internal const int NotEmpty = 39;
    internal const int NotSupported = 95;
    internal const int WouldBlock = 11;

    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int CloseOnExec = 0x80000;
    private const int PathOnlyEmpty = 0x1000;
    private const int DoNotFollow = 0x100;
    private const int CurrentDirectory = -100;
    private const int WithHugePages = 14;
    private const int ReadyForWriting = 23;
    private const int HugePage = 2 << 20;

    // The largest there is on these architectures, so that no neighbour's memory is touched.
    private const nint Page = 64 << 10;
    private const uint BasicStatus = 0x7ff;
    private const ulong MountRoot = 0x2000;

    /// <summary>Opens without the advisory lock that the base class library takes on every file it opens.</summary>
    /// <exception cref="PosixIOException">The system's refusal.</exception>
    internal static SafeFileHandle Open(string path, bool create)
    {
        int flags = ReadWrite | CloseOnExec | (create ? Create : 0);
        int descriptor = OpenFile(
            path,
            flags,
            0x1a4 /* 0644 */
        );
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("open", path);
    }

    /// <summary>Opens a directory, to read files of it by relative name whatever happens to its own name.</summary>
    internal static SafeFileHandle OpenDirectory(string path)
    {
        // O_DIRECTORY differs between the kernel's architectures.
        int flags =
            CloseOnExec
            | (
                RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64
                    ? 0x4000
                    : 0x10000
            );
        int descriptor = OpenFile(path, flags, 0);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw Failure("open the directory", path);
    }

    /// <summary>Opens a file of an open directory for reading.</summary>
    internal static SafeFileHandle OpenWithin(SafeFileHandle directory, string name, string displayPath)
    {
        int descriptor = OpenAt(directory, name, CloseOnExec, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("open", displayPath);
    }

    /// <summary>Makes a directory where nothing is.</summary>
    /// <exception cref="PosixIOException">The system's refusal.</exception>
    internal static void MakeDirectory(string path)
    {
        if (
            MakeDirectory(
                path,
                0x1ff /* 0777, less the umask */
            ) != 0
        )
        {
            throw Failure("make the directory", path);
        }
    }

    /// <summary>Takes the exclusive advisory lock (flock) without waiting.</summary>
    /// <returns>False when another process holds it.</returns>
    internal static bool TryLock(SafeFileHandle handle, string path)
    {
        if (
            FLock(
                handle,
                2 | 4 /* LOCK_EX | LOCK_NB */
            ) == 0
        )
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == WouldBlock ? false : throw Failure("lock", path);
    }

    /// <summary>Makes a second name for a file.</summary>
    /// <returns>0, or the <c>errno</c> value: many reasons only mean that a copy is needed.</returns>
    internal static int TryLink(string existing, string created) =>
        Link(existing, created) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>The identity and kind of what is at a path, itself and not what a symlink points to.</summary>
    /// <returns>Null when nothing is there.</returns>
    internal static FileIdentity? Identify(string path, bool followLinks = false)
    {
        if (StatX(CurrentDirectory, path, followLinks ? 0 : DoNotFollow, BasicStatus, out StatBuffer status) == 0)
        {
            return new FileIdentity(in status);
        }

        return Marshal.GetLastPInvokeError() is NoSuchFile or NotDirectory ? null : throw Failure("examine", path);
    }

    /// <summary>The identity of an open file.</summary>
    internal static FileIdentity Identify(SafeFileHandle handle, string path) =>
        StatXHandle(handle, "", PathOnlyEmpty, BasicStatus, out StatBuffer status) == 0
            ? new FileIdentity(in status)
            : throw Failure("examine", path);

    private static PosixIOException Failure(string what, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new PosixIOException($"cannot {what} {path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    /// <summary>
    /// Has memory ready for large data: in huge pages where the machine has them, and all at once. Met page by page on first
    /// use, it would cost more than reading the data into it.
    /// </summary>
    internal static unsafe void Prepare(Span<byte> memory)
    {
        if (memory.Length < HugePage)
        {
            return;
        }

        fixed (byte* start = memory)
        {
            nint first = ((nint)start + Page - 1) & -Page;
            nint end = ((nint)start + memory.Length) & -Page;

            // Nothing depends on it, so that a kernel may refuse.
            _ = Advise(first, end - first, WithHugePages);
            _ = Advise(first, end - first, ReadyForWriting);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint length, int advice);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenAt(SafeFileHandle directory, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out StatBuffer status);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatXHandle(
        SafeFileHandle file,
        string path,
        int flags,
        uint mask,
        out StatBuffer status
    );

    /// <summary>What tells one file from another, and its kind and size.</summary>
    internal readonly record struct FileIdentity(
        uint Major,
        uint Minor,
        ulong Inode,
        ushort Mode,
        long Size,
        bool IsMountRoot
    )
    {
        internal FileIdentity(in StatBuffer status)
            : this(
                status.DeviceMajor,
                status.DeviceMinor,
                status.Inode,
                status.Mode,
                unchecked((long)status.Size),
                (status.Attributes & status.AttributesMask & MountRoot) != 0
            ) { }

        internal bool IsRegular => (Mode & 0xF000) == 0x8000;

        internal bool IsDirectory => (Mode & 0xF000) == 0x4000;

        internal bool IsSymlink => (Mode & 0xF000) == 0xA000;

        internal bool IsSameFile(FileIdentity other) =>
            Major == other.Major && Minor == other.Minor && Inode == other.Inode;
    }

    /// <summary><c>struct statx</c>, whose layout is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatBuffer
    {
        [FieldOffset(8)]
        internal ulong Attributes;

        [FieldOffset(28)]
        internal ushort Mode;

        [FieldOffset(32)]
        internal ulong Inode;

        [FieldOffset(40)]
        internal ulong Size;

        [FieldOffset(56)]
        internal ulong AttributesMask;

        [FieldOffset(136)]
        internal uint DeviceMajor;

        [FieldOffset(140)]
        internal uint DeviceMinor;
    }
}
