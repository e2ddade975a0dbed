using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Native;

/// <summary>What files are, and changing their modes, owners and times.</summary>
internal static unsafe partial class LibC
{
    internal const int OfHandle = 0x1000;
    internal const int OfLink = 0x100;
    internal const uint BasicStatus = 0x7ff;
    internal const ulong MountRoot = 0x2000;

    /// <summary>UTIME_OMIT: leaves a time as it is.</summary>
    internal const long KeepTime = (1L << 30) - 2;

    [LibraryImport(Library, EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int StatX(int directory, string path, int flags, uint mask, out StatBuffer status);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    internal static partial int StatX(
        SafeFileHandle directory,
        byte* path,
        int flags,
        uint mask,
        out StatBuffer status
    );

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport(Library, EntryPoint = "fchmodat", SetLastError = true)]
    internal static partial int ChangeModeAt(SafeFileHandle directory, byte* path, uint mode, int flags);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    internal static partial int ChangeOwnerAt(SafeFileHandle directory, byte* path, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int ChangeTimesAt(
        SafeFileHandle directory,
        byte* path,
        TimeSpecification* times,
        int flags
    );

    [LibraryImport(Library, EntryPoint = "umask")]
    internal static partial uint SetCreationMask(uint mask);

    /// <summary><c>struct timespec</c>.</summary>
    internal struct TimeSpecification
    {
        internal long Seconds;
        internal long Nanoseconds;
    }

    /// <summary><c>struct statx</c>, whose layout is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatBuffer
    {
        [FieldOffset(8)]
        internal ulong Attributes;

        [FieldOffset(16)]
        internal uint Links;

        [FieldOffset(20)]
        internal uint User;

        [FieldOffset(24)]
        internal uint Group;

        [FieldOffset(28)]
        internal ushort Mode;

        [FieldOffset(32)]
        internal ulong Inode;

        [FieldOffset(40)]
        internal ulong Size;

        [FieldOffset(56)]
        internal ulong AttributesMask;

        [FieldOffset(112)]
        internal long ModifiedSeconds;

        [FieldOffset(120)]
        internal uint ModifiedNanoseconds;

        [FieldOffset(128)]
        internal uint NodeMajor;

        [FieldOffset(132)]
        internal uint NodeMinor;

        [FieldOffset(136)]
        internal uint DeviceMajor;

        [FieldOffset(140)]
        internal uint DeviceMinor;
    }
}
