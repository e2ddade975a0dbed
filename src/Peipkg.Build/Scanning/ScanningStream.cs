namespace Peipkg.Build.Scanning;

/// <summary>
/// Passes a file's content on to whoever reads it, and looks for build paths in it on the way. Beyond what is read it only
/// remembers a few bytes: the file's first, and those in which a path may begin that the next piece ends.
/// </summary>
internal sealed class ScanningStream : Stream
{
    private const int RememberedStart = 16;

    private readonly Stream _file;
    private readonly BuildPaths _paths;
    private readonly Action<ScanningStream> _completed;
    private readonly byte[] _start = new byte[RememberedStart];
    private readonly byte[] _seam;
    private int _startLength;
    private int _seamLength;
    private bool _ended;

    /// <summary>Begins at a file's beginning.</summary>
    /// <param name="file">The file; disposed with this.</param>
    /// <param name="paths">What to look for.</param>
    /// <param name="completed">Called when the file was read to its end.</param>
    internal ScanningStream(Stream file, BuildPaths paths, Action<ScanningStream> completed)
    {
        _file = file;
        _paths = paths;
        _completed = completed;
        Found = new bool[paths.Count];

        // One byte more than the longest path: the byte after it decides whether it is one.
        _seam = new byte[2 * (paths.LongestBytes + 1)];
    }

    /// <summary>Which of the paths were found.</summary>
    internal bool[] Found { get; }

    /// <summary>The file's first bytes.</summary>
    internal ReadOnlySpan<byte> Start => _start.AsSpan(0, _startLength);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _file.Length;

    public override long Position
    {
        get => _file.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int read = _file.Read(buffer);
        if (read > 0)
        {
            Look(buffer[..read]);
        }
        else if (!_ended)
        {
            _ended = true;
            Search(_seam.AsSpan(0, _seamLength));
            _completed(this);
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Look(ReadOnlySpan<byte> piece)
    {
        if (_startLength < RememberedStart)
        {
            int count = Math.Min(piece.Length, RememberedStart - _startLength);
            piece[..count].CopyTo(_start.AsSpan(_startLength));
            _startLength += count;
        }

        if (_paths.LongestBytes == 0)
        {
            return;
        }

        // What spans two pieces lies in the end of the one and the beginning of the other.
        int half = _paths.LongestBytes + 1;
        int head = Math.Min(piece.Length, half);
        piece[..head].CopyTo(_seam.AsSpan(_seamLength));
        _seamLength += head;
        Search(_seam.AsSpan(0, _seamLength), mayEndHere: false);
        if (piece.Length > half)
        {
            Search(piece, mayEndHere: false);
            piece[^half..].CopyTo(_seam);
            _seamLength = half;
        }
        else if (_seamLength > half)
        {
            _seam.AsSpan(_seamLength - half, half).CopyTo(_seam);
            _seamLength = half;
        }
    }

    // A path at the very end of a piece is met again in the seam, together with the byte that follows it.
    private void Search(ReadOnlySpan<byte> bytes, bool mayEndHere = true)
    {
        for (int i = 0; i < Found.Length; i++)
        {
            Found[i] = Found[i] || _paths.IsIn(bytes, i, mayEndHere);
        }
    }
}
