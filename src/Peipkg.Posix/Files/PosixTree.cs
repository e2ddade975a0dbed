using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Files;

/// <summary>
/// Calls of the C library that see file names as the bytes they are. The base class library replaces bytes that are no
/// UTF-8, after which the file can neither be named nor removed.
/// </summary>
internal static unsafe partial class PosixTree
{
    internal const int NoEntry = 2;
    internal const int AccessDenied = 13;

    private const int CloseOnExec = 0x80000;
    private const int DoNotFollow = 0x100;
    private const int RemoveDirectory = 0x200;
    private const uint BasicStatistics = 0x7ff;

    // These two differ between the kernel's architectures.
    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly int OpenAsDirectory = (Arm ? 0x4000 : 0x10000) | CloseOnExec;
    private static readonly int OpenWithoutFollowing = Arm ? 0x8000 : 0x20000;

    /// <summary>Opens a directory that is no symlink.</summary>
    /// <returns>The directory, or null with the reason.</returns>
    internal static SafeFileHandle? OpenDirectory(SafeFileHandle? parent, ReadOnlySpan<byte> name, out int error) =>
        Open(parent, name, OpenAsDirectory | OpenWithoutFollowing, out error);

    /// <summary>Opens a file for reading that is no symlink.</summary>
    internal static SafeFileHandle? OpenFile(SafeFileHandle parent, ReadOnlySpan<byte> name, out int error) =>
        Open(parent, name, CloseOnExec | OpenWithoutFollowing, out error);

    /// <summary>Makes a file that is not there yet, for writing, mode 0644.</summary>
    internal static SafeFileHandle? CreateFile(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        const int WriteOnly = 1;
        const int Create = 0x40;
        const int Exclusive = 0x80;
        const uint Mode = 0x1a4;
        fixed (byte* text = Terminated(name))
        {
            int descriptor = OpenAt(
                parent,
                text,
                WriteOnly | Create | Exclusive | CloseOnExec | OpenWithoutFollowing,
                Mode
            );
            return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    /// <summary>Kind bits of the mode, and size.</summary>
    internal static bool TryStatus(SafeFileHandle parent, ReadOnlySpan<byte> name, out uint mode, out long size)
    {
        byte* buffer = stackalloc byte[256];
        fixed (byte* text = Terminated(name))
        {
            bool found = StatX(parent, text, DoNotFollow, BasicStatistics, buffer) == 0;
            mode = found ? *(ushort*)(buffer + 28) : 0u;
            size = found ? *(long*)(buffer + 40) : 0;
            return found;
        }
    }

    /// <summary>Whether something is at the path that is neither a file, a directory nor a symlink.</summary>
    internal static bool IsSpecial(string path)
    {
        const uint KindMask = 0xF000;
        string full = Path.GetFullPath(path);
        string parent = Path.GetDirectoryName(full) ?? "/";
        if (!Directory.Exists(parent))
        {
            return false;
        }

        using SafeFileHandle? directory = OpenDirectory(null, Encoding.UTF8.GetBytes(RealPath(parent)), out _);
        return directory is not null
            && TryStatus(directory, Encoding.UTF8.GetBytes(Path.GetFileName(full)), out uint mode, out _)
            && (mode & KindMask) is not (0x8000 or 0x4000 or 0xA000);
    }

    /// <summary>A symlink's target.</summary>
    internal static byte[]? ReadLink(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        // The kernel's own limit for a target.
        byte[] target = new byte[4097];
        fixed (byte* text = Terminated(name))
        fixed (byte* buffer = target)
        {
            nint length = ReadLinkAt(parent, text, buffer, (nuint)target.Length);
            return length < 0 ? null : target[..(int)length];
        }
    }

    /// <summary>The names in a directory, from its beginning, without <c>.</c> and <c>..</c>.</summary>
    /// <exception cref="PosixIOException">It cannot be read.</exception>
    internal static List<byte[]> ReadNames(SafeFileHandle directory, string displayPath)
    {
        List<byte[]> names = [];
        byte[] buffer = new byte[32 << 10];
        _ = Seek(directory, 0, 0);
        fixed (byte* start = buffer)
        {
            nint length;
            while ((length = GetDirectoryEntries(directory, start, (nuint)buffer.Length)) > 0)
            {
                for (nint at = 0; at < length; at += *(ushort*)(start + at + 16))
                {
                    // struct linux_dirent64: the name follows inode, offset, length and type.
                    byte[] name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(start + at + 19).ToArray();
                    if (name is not ([(byte)'.'] or [(byte)'.', (byte)'.']))
                    {
                        names.Add(name);
                    }
                }
            }

            return length == 0 ? names : throw Failure("read the directory", displayPath);
        }
    }

    /// <summary>Removes a file or an empty directory; answers the reason where it cannot, 0 where it could.</summary>
    internal static int Remove(SafeFileHandle parent, ReadOnlySpan<byte> name, bool directory)
    {
        fixed (byte* text = Terminated(name))
        {
            return UnlinkAt(parent, text, directory ? RemoveDirectory : 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Gives a file or directory, no symlink, another mode; without effect where that is not allowed.</summary>
    internal static void ChangeMode(SafeFileHandle parent, ReadOnlySpan<byte> name, uint mode)
    {
        fixed (byte* text = Terminated(name))
        {
            _ = FChModAt(parent, text, mode, 0);
        }
    }

    /// <summary>Moves an entry into another directory.</summary>
    internal static bool TryMove(
        SafeFileHandle from,
        ReadOnlySpan<byte> name,
        SafeFileHandle to,
        ReadOnlySpan<byte> newName
    )
    {
        fixed (byte* text = Terminated(name))
        fixed (byte* newText = Terminated(newName))
        {
            return RenameAt(from, text, to, newText) == 0;
        }
    }

    /// <summary>The path without symlinks, of as much of it as exists.</summary>
    internal static string RealPath(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string missing = "";
        for (string? existing = full; existing is not null; existing = Path.GetDirectoryName(existing))
        {
            byte* resolved = ResolvePath(existing, null);
            if (resolved is not null)
            {
                string real = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved));
                NativeMemory.Free(resolved);
                return missing.Length == 0 ? real : Path.Combine(real, missing);
            }

            missing = Path.Combine(Path.GetFileName(existing), missing);
        }

        return full;
    }

    internal static PosixIOException Failure(string what, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new PosixIOException($"cannot {what} {path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private static SafeFileHandle? Open(SafeFileHandle? parent, ReadOnlySpan<byte> name, int flags, out int error)
    {
        fixed (byte* text = Terminated(name))
        {
            int descriptor = parent is null ? OpenPath(text, flags) : OpenAt(parent, text, flags, 0);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    private static byte[] Terminated(ReadOnlySpan<byte> name)
    {
        byte[] text = new byte[name.Length + 1];
        name.CopyTo(text);
        return text;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int OpenPath(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAt(SafeFileHandle directory, byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(SafeFileHandle directory, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint ReadLinkAt(SafeFileHandle directory, byte* path, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint GetDirectoryEntries(SafeFileHandle directory, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int origin);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(SafeFileHandle directory, byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int FChModAt(SafeFileHandle directory, byte* path, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameAt(SafeFileHandle from, byte* path, SafeFileHandle to, byte* newPath);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial byte* ResolvePath(string path, byte* buffer);
}
