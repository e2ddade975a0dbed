using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Native;

/// <summary>Descriptors themselves: pipes, locks and what becomes of them when another program is started.</summary>
internal static unsafe partial class LibC
{
    internal const int GetDescriptorFlags = 1;
    internal const int SetDescriptorFlags = 2;
    internal const int CloseOnExecFlag = 1;
    internal const int DuplicateFrom = 1030;
    internal const int ExclusiveLock = 2;
    internal const int WithoutWaiting = 4;

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int FileControl(int descriptor, int command, int argument);

    [LibraryImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int MakePipe(int* ends, int flags);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    /// <summary>ioctl(NS_GET_USERNS): the user namespace that owns a namespace, as a new descriptor.</summary>
    internal static int OwningUserNamespace(SafeFileHandle @namespace)
    {
        const nuint GetUserNamespace = 0xb701;
        return DeviceControl(@namespace, GetUserNamespace);
    }

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int DeviceControl(SafeFileHandle file, nuint request);

    [LibraryImport(Library, EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    /// <summary>Has every descriptor from <paramref name="first"/> on closed on exec; kernels before 5.11 refuse.</summary>
    internal static bool CloseOnExecFrom(uint first)
    {
        const nint Number = 436;
        const uint CloseLater = 4;
        return SystemCall(Number, first, uint.MaxValue, CloseLater) == 0;
    }

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, uint first, uint last, uint flags);
}
