namespace Peipkg.CommandLine;

/// <summary>
/// The error stream of a tool. Every message names the program and its kind; foreign text in it is made safe for a
/// terminal here, once, so that no caller has to remember.
/// </summary>
/// <param name="program">The program's name, as <c>peipkg-build</c>.</param>
/// <param name="writer">Where the messages go.</param>
public sealed class Diagnostics(string program, TextWriter writer)
{
    private readonly Lock _lock = new();

    /// <summary>The program's name.</summary>
    public string Program { get; } = program;

    /// <summary>Something prevents what was asked for.</summary>
    /// <param name="message">One line or several; lines after the first are printed as they are.</param>
    public void Error(string message) => Write("error: ", message);

    /// <summary>Something deserves attention; the work goes on.</summary>
    /// <param name="message">One line or several.</param>
    public void Warning(string message) => Write("warning: ", message);

    /// <summary>Something worth knowing.</summary>
    /// <param name="message">One line or several.</param>
    public void Note(string message) => Write("note: ", message);

    /// <summary>A line without the program's name, such as <c>peipkg.toml:3:1: …</c>, which names its place itself.</summary>
    /// <param name="message">One line or several.</param>
    public void Line(string message) => WriteSafe(message);

    private void Write(string kind, string message) => WriteSafe($"{Program}: {kind}{message}");

    private void WriteSafe(string message)
    {
        // One write per message, so that lines of parallel work do not interleave.
        string line = TerminalText.Escape(message.TrimEnd('\n'), keepLines: true) + "\n";
        lock (_lock)
        {
            writer.Write(line);
            writer.Flush();
        }
    }
}
