using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Native;

/// <summary>Opening files, and what the flags of <c>fcntl.h</c> are worth.</summary>
internal static unsafe partial class LibC
{
    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int ReadWrite = 2;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int DoNotWait = 0x800;
    internal const int PathOnly = 0x200000;
    internal const int CloseOnExec = 0x80000;

    /// <summary>AT_FDCWD.</summary>
    internal const int CurrentDirectory = -100;

    /// <summary>openat2: no component may be a symlink, and none may lead out of the directory.</summary>
    internal const ulong ResolveBeneathWithoutLinks = 0x04 | 0x08;

    // The flags that differ between the kernel's architectures.
    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    internal static readonly int IsDirectory = Arm ? 0x4000 : 0x10000;

    internal static readonly int DoNotFollow = Arm ? 0x8000 : 0x20000;

    /// <summary>O_TMPFILE: a file without a name in the directory that is opened.</summary>
    internal static readonly int Nameless = 0x400000 | IsDirectory;

    [LibraryImport(Library, EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int Open(string path, int flags, uint mode = 0);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    internal static partial int OpenAt(SafeFileHandle directory, byte* path, int flags, uint mode = 0);

    /// <summary>Kernels before 5.6 and some sandboxes refuse it with ENOSYS or EPERM.</summary>
    internal static int OpenAt2(SafeFileHandle directory, byte* path, int flags, ulong resolve)
    {
        const nint Number = 437;
        OpenHow how = new() { Flags = (ulong)flags, Resolve = resolve };
        return (int)SystemCall(Number, directory, path, &how, (nuint)sizeof(OpenHow));
    }

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, SafeFileHandle directory, byte* path, void* how, nuint size);

    /// <summary><c>struct open_how</c>.</summary>
    private struct OpenHow
    {
        internal ulong Flags;
        internal ulong Mode;
        internal ulong Resolve;
    }
}
