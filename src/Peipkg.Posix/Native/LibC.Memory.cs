using System.Runtime.InteropServices;

namespace Peipkg.Posix.Native;

/// <summary>Memory: files in it, advice about it, and random bytes for it.</summary>
internal static unsafe partial class LibC
{
    internal const uint MemoryCloseOnExec = 1;
    internal const int WithHugePages = 14;
    internal const int ReadyForWriting = 23;

    [LibraryImport(Library, EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeMemoryFile(string name, uint flags);

    [LibraryImport(Library, EntryPoint = "madvise")]
    internal static partial int Advise(nint start, nint length, int advice);

    [LibraryImport(Library, EntryPoint = "getrandom", SetLastError = true)]
    internal static partial nint GetRandom(byte* buffer, nuint length, uint flags);
}
