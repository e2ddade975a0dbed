using System.Runtime.InteropServices;

namespace Peipkg.CommandLine;

/// <summary>Where diagnostics go, and what may be written there besides plain lines.</summary>
/// <param name="Writer">The error stream.</param>
public sealed partial record DiagnosticsOutput(TextWriter Writer)
{
    private const int StandardErrorDescriptor = 2;
    private const int UsualColumns = 80;

    /// <summary>Whether a line may be written over: a terminal that understands more than text.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether severities are coloured.</summary>
    public bool Colours { get; init; }

    /// <summary>The terminal's width, asked for at every use because windows change.</summary>
    public Func<int> Columns { get; init; } = static () => UsualColumns;

    /// <summary>Tells when progress is due; null shows no progress.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>
    /// The process's error stream: progress on a line of its own and colours where it is a terminal and <c>TERM</c> is not
    /// <c>dumb</c>, no colours under <c>NO_COLOR</c>.
    /// </summary>
    /// <param name="writer">The writer over it.</param>
    /// <param name="variables">The environment.</param>
    /// <param name="clock">The time.</param>
    public static DiagnosticsOutput StandardError(
        TextWriter writer, IReadOnlyDictionary<string, string> variables, TimeProvider clock)
    {
        bool capable = variables.GetValueOrDefault("TERM") is { Length: > 0 } and not "dumb"
            && IsATerminal(StandardErrorDescriptor) == 1;
        return new DiagnosticsOutput(writer)
        {
            IsTerminal = capable,
            Colours = capable && string.IsNullOrEmpty(variables.GetValueOrDefault("NO_COLOR")),
            Columns = ReadColumns,
            Clock = clock,
        };
    }

    private static unsafe int ReadColumns()
    {
        // struct winsize: rows, columns, and their sizes in pixels, which nobody fills in.
        const nuint GetWindowSize = 0x5413;
        ushort* size = stackalloc ushort[4];
        return Control(StandardErrorDescriptor, GetWindowSize, size) == 0 && size[1] > 0 ? size[1] : UsualColumns;
    }

    // System.Console would answer too, but it takes the terminal over: modes, and handlers for its signals.
    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Control(int descriptor, nuint request, void* argument);
}
