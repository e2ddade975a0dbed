using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Building;

/// <summary>
/// Passes a build script's outputs on as they come, and remembers the end of both together, to be quoted when the script
/// fails.
/// </summary>
internal sealed class ScriptOutput : IDisposable
{
    /// <summary>How many lines are quoted.</summary>
    internal const int QuotedLines = 40;

    private const int RememberedBytes = 64 << 10;
    private const int LongestLine = 500;

    private readonly BoundedOutputStream _end = new(RememberedBytes);

    internal ScriptOutput(Stream output, Stream error)
    {
        Output = new Tee(output, _end);

        // The same stream for both keeps their order.
        Error = ReferenceEquals(output, error) ? Output : new Tee(error, _end);
    }

    /// <summary>What the script's standard output is written to.</summary>
    internal Stream Output { get; }

    /// <summary>What the script's standard error is written to.</summary>
    internal Stream Error { get; }

    /// <summary>The last lines, oldest first, without colours and overwritten progress.</summary>
    internal IReadOnlyList<string> LastLines()
    {
        string[] lines = [.. _end.Text().TrimEnd('\n').Split('\n').TakeLast(QuotedLines).Select(Plain)];
        return lines is [""] ? [] : lines;
    }

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
        _end.Dispose();
    }

    // What a terminal would show of the line in the end: nothing before the last carriage return, and no colours.
    private static string Plain(string line)
    {
        line = line.TrimEnd('\r');
        line = line[(line.LastIndexOf('\r') + 1)..];
        int escape;
        while ((escape = line.IndexOf("\x1b[", StringComparison.Ordinal)) >= 0)
        {
            int end = escape + 2;
            while (end < line.Length && line[end] is < '@' or > '~')
            {
                end++;
            }

            line = line.Remove(escape, Math.Min(end + 1, line.Length) - escape);
        }

        return line.Length <= LongestLine ? line : line[..LongestLine] + "…";
    }

    /// <summary>Writes to two streams; the first belongs to somebody else.</summary>
    private sealed class Tee(Stream first, BoundedOutputStream second) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            second.Write(buffer);
            first.Write(buffer);
        }

        public override void Flush() => first.Flush();
    }
}
