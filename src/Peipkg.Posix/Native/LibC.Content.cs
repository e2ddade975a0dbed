using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Native;

/// <summary>Reading, writing and flushing what is open.</summary>
internal static unsafe partial class LibC
{
    internal const short Writable = 4;
    internal const short Failed = 8;

    /// <summary>SYNC_FILE_RANGE_WRITE: pages begin their way to the disk, and nobody waits for them.</summary>
    internal const uint BeginWriting = 2;

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    internal static partial nint ReadFrom(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int descriptor, byte* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Synchronise(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    internal static partial int SynchroniseFileSystem(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "sync_file_range", SetLastError = true)]
    internal static partial int SynchroniseRange(SafeFileHandle file, long offset, long count, uint flags);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(SafeFileHandle file, long offset, int origin);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetAttribute(SafeFileHandle file, string name, byte* value, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    /// <summary><c>struct pollfd</c>.</summary>
    internal struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
