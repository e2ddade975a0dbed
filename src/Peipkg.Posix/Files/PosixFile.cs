using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Files;

/// <summary>The few file operations of the C library that the base class library does not offer.</summary>
internal static partial class PosixFile
{
    internal const uint RenameNoReplace = 1;
    internal const uint RenameExchange = 2;

    private const int ReadOnlyDirectory =
        0x10000 /* O_DIRECTORY */
        | 0x80000 /* O_CLOEXEC */
    ;
    private const int CurrentDirectory = -100;

    internal static SafeFileHandle OpenDirectory(string path)
    {
        // O_DIRECTORY differs between the kernel's architectures.
        int flags = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 | 0x80000 : ReadOnlyDirectory;
        int descriptor = Open(path, flags);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw Failure("open the directory", path);
    }

    internal static void Synchronise(SafeFileHandle handle, string path)
    {
        if (FSync(handle) != 0)
        {
            throw Failure("flush", path);
        }
    }

    internal static void SynchroniseFileSystem(SafeFileHandle handle, string path)
    {
        if (SyncFs(handle) != 0)
        {
            throw Failure("flush the file system of", path);
        }
    }

    internal static void Rename(string from, string to, uint flags)
    {
        if (RenameAt2(CurrentDirectory, from, CurrentDirectory, to, flags) != 0)
        {
            throw Failure($"rename {from} to", to);
        }
    }

    private static PosixIOException Failure(string what, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        string reason = Marshal.GetPInvokeErrorMessage(error);
        return new PosixIOException($"cannot {what} {path}: {reason}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
