using System.Runtime.InteropServices;

namespace Peipkg.Posix.Terminals;

/// <summary>What a file descriptor tells of the terminal behind it.</summary>
public static partial class Terminal
{
    private const int StandardOutput = 1;
    private const int UsualColumns = 80;

    /// <summary>The width of the terminal that standard output is; null when it is a pipe or a file.</summary>
    public static int? StandardOutputColumns() => Is(StandardOutput) ? Columns(StandardOutput) : null;

    // System.Console would answer too, but it takes the terminal over: modes, and handlers for its signals.
    internal static bool Is(int descriptor) => IsATerminal(descriptor) == 1;

    internal static unsafe int Columns(int descriptor)
    {
        // struct winsize: rows, columns, and their sizes in pixels, which nobody fills in.
        const nuint GetWindowSize = 0x5413;
        ushort* size = stackalloc ushort[4];
        return Control(descriptor, GetWindowSize, size) == 0 && size[1] > 0 ? size[1] : UsualColumns;
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Control(int descriptor, nuint request, void* argument);
}
