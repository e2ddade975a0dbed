using System.Globalization;
using System.Text;

namespace Peipkg.Manager.Logging;

/// <summary>
/// Puts the priority that systemd's journal understands in front of each line (<c>&lt;3&gt;</c> for an error,
/// sd-daemon(3)), so that <c>journalctl -p err</c> finds what an operator must see.
/// </summary>
internal sealed class JournalWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    // syslog(3)
    private const int Error = 3;
    private const int Warning = 4;
    private const int Information = 6;
    private const int Debug = 7;

    private readonly Lock _gate = new();
    private readonly StringBuilder _line = new();

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Wraps standard error if it leads to the journal, and leaves it as it is otherwise.</summary>
    /// <param name="stderr">The writer.</param>
    /// <param name="journalStream">The variable JOURNAL_STREAM: device and inode of the stream that systemd connected.</param>
    /// <param name="stderrLink">What <c>/proc/self/fd/2</c> leads to.</param>
    public static TextWriter Wrap(TextWriter stderr, string? journalStream, string? stderrLink)
    {
        // The variable is inherited by whatever redirects its output to a file; the inode tells.
        int colon = journalStream?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon > 0 && stderrLink == $"socket:[{journalStream![(colon + 1)..]}]"
            ? new JournalWriter(stderr)
            : stderr;
    }

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        lock (_gate)
        {
            ReadOnlySpan<char> rest = value;
            int end;
            while ((end = rest.IndexOf('\n')) >= 0)
            {
                _line.Append(rest[..end]);
                string line = _line.ToString();
                _line.Clear();
                inner.Write(string.Create(CultureInfo.InvariantCulture, $"<{Priority(line)}>{line}\n"));
                rest = rest[(end + 1)..];
            }

            _line.Append(rest);
        }
    }

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + "\n");

    /// <inheritdoc/>
    public override void WriteLine() => Write("\n");

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    // Our own events say their level, and what is said outside of the log begins with the program's name.
    private static int Priority(string line)
    {
        ReadOnlySpan<char> second = line.AsSpan(line.IndexOf(' ', StringComparison.Ordinal) + 1);
        return second.StartsWith("level=error ", StringComparison.Ordinal)
            || second.StartsWith("error:", StringComparison.Ordinal)
                ? Error
            : second.StartsWith("level=warn ", StringComparison.Ordinal)
            || second.StartsWith("warning:", StringComparison.Ordinal)
                ? Warning
            : second.StartsWith("level=debug ", StringComparison.Ordinal) ? Debug
            : Information;
    }
}
