using System.Runtime.InteropServices;

namespace Peipkg.Posix.Native;

/// <summary>Terminals.</summary>
internal static unsafe partial class LibC
{
    internal const nuint GetWindowSize = 0x5413;

    [LibraryImport(Library, EntryPoint = "isatty")]
    internal static partial int IsTerminal(int descriptor);

    [LibraryImport(Library, EntryPoint = "ioctl")]
    internal static partial int Control(int descriptor, nuint request, void* argument);
}
