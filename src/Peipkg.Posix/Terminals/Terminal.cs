using Peipkg.Posix.Files;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Terminals;

/// <summary>What a file descriptor tells of the terminal behind it.</summary>
/// <remarks><c>System.Console</c> would answer too, but it takes the terminal over: modes, and handlers for its signals.</remarks>
public static class Terminal
{
    private const int UsualColumns = 80;

    /// <summary>The width of the terminal that standard output is; null when it is a pipe or a file.</summary>
    public static int? StandardOutputColumns() =>
        Is(StandardDescriptors.Output) ? Columns(StandardDescriptors.Output) : null;

    /// <summary>Whether a descriptor leads to a terminal.</summary>
    public static bool Is(int descriptor) => LibC.IsTerminal(descriptor) == 1;

    /// <summary>The width of a terminal; 80 where it does not say.</summary>
    public static unsafe int Columns(int descriptor)
    {
        // struct winsize: rows, columns, and their sizes in pixels, which nobody fills in.
        ushort* size = stackalloc ushort[4];
        return LibC.Control(descriptor, LibC.GetWindowSize, size) == 0 && size[1] > 0 ? size[1] : UsualColumns;
    }
}
