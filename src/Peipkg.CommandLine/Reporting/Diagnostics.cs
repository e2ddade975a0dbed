namespace Peipkg.CommandLine.Reporting;

/// <summary>
/// The error stream of a tool. Every message names the program and its kind; foreign text in it is made safe for a
/// terminal here, once, so that no caller has to remember. Safe to use from several threads.
/// </summary>
/// <param name="program">The program's name, as <c>peipkg-build</c>.</param>
/// <param name="output">Where the messages go.</param>
public sealed class Diagnostics(string program, DiagnosticsOutput output)
{
    private const string EraseLine = "\r\e[K";

    private readonly Lock _lock = new();
    private bool _statusShown;

    /// <summary>Plain messages without progress, as for tests and pipes.</summary>
    /// <param name="program">The program's name.</param>
    /// <param name="writer">Where the messages go.</param>
    public Diagnostics(string program, TextWriter writer)
        : this(program, new DiagnosticsOutput(writer)) { }

    /// <summary>The program's name.</summary>
    public string Program { get; } = program;

    /// <summary>How much is said; set from <c>--quiet</c> and <c>--verbose</c> before a command runs.</summary>
    public Verbosity Verbosity { get; set; } = Verbosity.Normal;

    /// <summary>Something prevents what was asked for.</summary>
    /// <param name="message">One line or several; lines after the first are printed as they are.</param>
    public void Error(string message) => Write("error:", "1;31", message);

    /// <summary>Something deserves attention; the work goes on.</summary>
    /// <param name="message">One line or several.</param>
    public void Warning(string message) => Write("warning:", "1;35", message);

    /// <summary>Something worth knowing; not under <c>--quiet</c>.</summary>
    /// <param name="message">One line or several.</param>
    public void Note(string message)
    {
        if (Verbosity != Verbosity.Quiet)
        {
            Write("note:", "1;36", message);
        }
    }

    /// <summary>What is being done; only under <c>--verbose</c>.</summary>
    /// <param name="message">One line or several.</param>
    public void Detail(string message)
    {
        if (Verbosity == Verbosity.Verbose)
        {
            WriteSafe($"{Program}: ", message);
        }
    }

    /// <summary>
    /// A step that begins and takes its time, such as a build script whose own output follows: on a terminal, and under
    /// <c>--verbose</c>.
    /// </summary>
    /// <param name="message">One line.</param>
    public void Step(string message)
    {
        if (Verbosity == Verbosity.Verbose || (Verbosity == Verbosity.Normal && output.IsTerminal))
        {
            WriteSafe($"{Program}: ", message);
        }
    }

    /// <summary>A line without the program's name, such as <c>peipkg.toml:3:1: …</c>, which names its place itself.</summary>
    /// <param name="message">One line or several.</param>
    public void Line(string message) => WriteSafe("", message);

    /// <summary>The exception behind a message, with those behind it, where <c>PEIPKG_BACKTRACE=1</c> asks for it.</summary>
    /// <param name="exception">The exception.</param>
    public void Backtrace(Exception exception)
    {
        if (output.Backtraces)
        {
            Line(exception.ToString());
        }
    }

    /// <summary>
    /// Begins work whose progress is shown until it is disposed: on a terminal as one line that is written over; elsewhere
    /// as a line now and then, and only for work that takes more than seconds; never under <c>--quiet</c>.
    /// </summary>
    /// <param name="what">What is done, as <c>compressing</c>.</param>
    /// <param name="items">What is counted, as <c>files</c>; null for bytes alone.</param>
    /// <param name="totalItems">How many there are; null when that is not known.</param>
    /// <param name="totalBytes">How many bytes there are; null when that is not known.</param>
    public ProgressPhase Begin(string what, string? items, long? totalItems = null, long? totalBytes = null) =>
        new(
            this,
            Verbosity == Verbosity.Quiet ? null : output.Clock,
            output.IsTerminal,
            what,
            items,
            totalItems,
            totalBytes
        );

    /// <summary>Shows how far some work is, over what was shown before.</summary>
    internal void ShowStatus(string text)
    {
        lock (_lock)
        {
            // The last column stays free: some terminals wrap when it is written to.
            int columns = Math.Max(20, output.Columns()) - 1;
            string line = $"{Program}: {text}";
            output.Writer.Write(EraseLine + (line.Length > columns ? line[..columns] : line));
            output.Writer.Flush();
            _statusShown = true;
        }
    }

    internal void EraseStatus()
    {
        lock (_lock)
        {
            if (_statusShown)
            {
                output.Writer.Write(EraseLine);
                output.Writer.Flush();
                _statusShown = false;
            }
        }
    }

    internal void PlainLine(string text) => WriteSafe($"{Program}: ", text);

    private void Write(string kind, string colour, string message) =>
        WriteSafe(output.Colours ? $"{Program}: \e[{colour}m{kind}\e[0m " : $"{Program}: {kind} ", message);

    private void WriteSafe(string prefix, string message)
    {
        // One write per message, so that lines of parallel work do not interleave.
        string line = prefix + TerminalText.Escape(message.TrimEnd('\n'), keepLines: true) + "\n";
        lock (_lock)
        {
            output.Writer.Write(_statusShown ? EraseLine + line : line);
            output.Writer.Flush();
            _statusShown = false;
        }
    }
}
