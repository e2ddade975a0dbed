using Peipkg.Posix.Files;
using Peipkg.Posix.Terminals;

namespace Peipkg.CommandLine.Reporting;

/// <summary>Where diagnostics go, and what may be written there besides plain lines.</summary>
/// <param name="Writer">The error stream.</param>
public sealed record DiagnosticsOutput(TextWriter Writer)
{
    private const int UsualColumns = 80;

    /// <summary>Whether a line may be written over: a terminal that understands more than text.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether severities are coloured.</summary>
    public bool Colours { get; init; }

    /// <summary>Whether the exception behind an error is printed too.</summary>
    public bool Backtraces { get; init; }

    /// <summary>The terminal's width, asked for at every use because windows change.</summary>
    public Func<int> Columns { get; init; } = static () => UsualColumns;

    /// <summary>Tells when progress is due; null shows no progress.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Whether <c>PEIPKG_BACKTRACE=1</c> asks for the exceptions behind errors.</summary>
    /// <param name="variables">The environment.</param>
    public static bool AsksForBacktraces(IReadOnlyDictionary<string, string> variables) =>
        variables.GetValueOrDefault("PEIPKG_BACKTRACE") == "1";

    /// <summary>
    /// The process's error stream: progress on a line of its own and colours where it is a terminal and <c>TERM</c> is not
    /// <c>dumb</c>, no colours under <c>NO_COLOR</c>.
    /// </summary>
    /// <param name="writer">The writer over it.</param>
    /// <param name="variables">The environment.</param>
    /// <param name="clock">The time.</param>
    public static DiagnosticsOutput StandardError(
        TextWriter writer,
        IReadOnlyDictionary<string, string> variables,
        TimeProvider clock
    )
    {
        bool capable =
            variables.GetValueOrDefault("TERM") is { Length: > 0 } and not "dumb"
            && Terminal.Is(StandardDescriptors.Error);
        return new DiagnosticsOutput(writer)
        {
            IsTerminal = capable,
            Colours = capable && string.IsNullOrEmpty(variables.GetValueOrDefault("NO_COLOR")),
            Columns = static () => Terminal.Columns(StandardDescriptors.Error),
            Clock = clock,
            Backtraces = AsksForBacktraces(variables),
        };
    }
}
