using System.Text;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Building;

/// <summary>
/// Passes a build script's outputs on as they come, and remembers the first line of them that reports an error: when the
/// script fails, that is what to read first, and it may have scrolled far away.
/// </summary>
internal sealed class ScriptOutput : IDisposable
{
    /// <summary>Lines at the end that a reader sees without being told.</summary>
    internal const int VisibleLines = 40;

    private const int LongestLine = 500;

    private readonly Lock _lock = new();
    private readonly List<byte> _line = new(LongestLine);
    private long _lines;
    private long _errorLine;
    private string? _error;

    internal ScriptOutput(Stream output, Stream error)
    {
        Output = new Tee(output, this);

        // The same stream for both keeps their order.
        Error = ReferenceEquals(output, error) ? Output : new Tee(error, this);
    }

    /// <summary>What the script's standard output is written to.</summary>
    internal Stream Output { get; }

    /// <summary>What the script's standard error is written to.</summary>
    internal Stream Error { get; }

    /// <summary>
    /// The first error above the last lines, with the number of lines that follow it; null where there is none.
    /// </summary>
    internal (string Line, long Following)? HiddenError()
    {
        lock (_lock)
        {
            EndLine();
            return _error is not null && _lines - _errorLine >= VisibleLines ? (_error, _lines - _errorLine) : null;
        }
    }

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }

    private void Take(ReadOnlySpan<byte> piece)
    {
        lock (_lock)
        {
            while (!piece.IsEmpty)
            {
                int end = piece.IndexOf((byte)'\n');
                ReadOnlySpan<byte> part = end < 0 ? piece : piece[..end];
                _line.AddRange(part[..Math.Min(part.Length, LongestLine - _line.Count)]);
                if (end < 0)
                {
                    return;
                }

                _lines++;
                Look();
                piece = piece[(end + 1)..];
            }
        }
    }

    private void EndLine()
    {
        if (_line.Count > 0)
        {
            _lines++;
            Look();
        }
    }

    private void Look()
    {
        if (_error is null && Plain(Encoding.UTF8.GetString(_line.ToArray())) is var line && FirstError.IsIn(line))
        {
            (_error, _errorLine) = (line, _lines);
        }

        _line.Clear();
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

        return line;
    }

    /// <summary>Writes to a stream, which belongs to somebody else, and shows what it writes.</summary>
    private sealed class Tee(Stream stream, ScriptOutput output) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            output.Take(buffer);
            stream.Write(buffer);
        }

        public override void Flush() => stream.Flush();
    }
}
