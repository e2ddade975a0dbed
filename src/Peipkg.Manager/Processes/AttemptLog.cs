using System.Globalization;
using System.Text;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Processes;

/// <summary>
/// The log of one attempt: everything its children wrote, up to a limit and without secrets, with a heading for each. Progress bars
/// (lines rewritten after a carriage return) leave their last state only. A disk that is full cuts the log, never
/// the build.
/// </summary>
internal sealed class AttemptLog : IChildOutput, IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream? _file;
    private readonly TimeProvider _clock;
    private readonly Redactor _redactor;
    private readonly byte[] _line = new byte[ManagerLimits.LogLineBytes];
    private TailOutput _tail = new();
    private int _length;
    private bool _returned;
    private bool _cut;

    /// <summary>Opens the log for appending.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clock">For headings.</param>
    /// <param name="redactor">Takes secrets out of each line.</param>
    public AttemptLog(string path, TimeProvider clock, Redactor redactor)
    {
        _clock = clock;
        _redactor = redactor;
        try
        {
            _file = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.Append,
                    Access = FileAccess.Write,
                    Share = FileShare.Read,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without a log there is still a build; its tail is in the event.
        }
    }

    /// <summary>The most the log may hold; what a child writes beyond it is dropped.</summary>
    public long MaxBytes { get; set; } = 64L << 20;

    /// <summary>The last lines since the latest heading, for <c>build failed</c>.</summary>
    public string Tail
    {
        get
        {
            lock (_gate)
            {
                return _tail.Text();
            }
        }
    }

    /// <summary>A line of the manager's own.</summary>
    public void Heading(string text)
    {
        lock (_gate)
        {
            EndLine();
            string time = _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            Write(Encoding.UTF8.GetBytes($"== {time} {_redactor.Clean(text)}\n"));
            _tail = new TailOutput();
        }
    }

    /// <inheritdoc/>
    public bool Take(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            foreach (byte b in bytes)
            {
                if (b == '\n')
                {
                    EndLine();
                    continue;
                }

                if (_returned)
                {
                    _length = 0;
                }

                _returned = b == '\r';
                if (!_returned)
                {
                    _line[_length++] = b;
                    if (_length == ManagerLimits.LogLineBytes - 1)
                    {
                        EndLine();
                    }
                }
            }
        }

        return true;
    }

    /// <summary>Brings what was written to the disk, before the database says that it is there.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            EndLine();
            try
            {
                _file?.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                _cut = true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            EndLine();
            try
            {
                _file?.Dispose();
            }
            catch (IOException)
            {
                // The disk is full.
            }
        }
    }

    private void EndLine()
    {
        if (_length > 0 || _returned)
        {
            _line[_length++] = (byte)'\n';
            ReadOnlySpan<byte> line = Clean(_line.AsSpan(0, _length));
            Write(line);
            _tail.Take(line);
        }

        _length = 0;
        _returned = false;
    }

    // Byte for byte what it was, if there is nothing to take out: a line need not be text.
    private ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> line)
    {
        string text = Encoding.UTF8.GetString(line);
        string clean = _redactor.Clean(text);
        return ReferenceEquals(text, clean) ? line : Encoding.UTF8.GetBytes(clean);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_file is null || _cut)
        {
            return;
        }

        try
        {
            if (_file.Length + bytes.Length > MaxBytes)
            {
                _cut = true;
                bytes = "== the log is full; the rest of the output was dropped\n"u8;
            }

            _file.Write(bytes);
            _file.Flush();
        }
        catch (IOException)
        {
            _cut = true;
        }
    }
}
