using Peipkg.Format;

namespace Peipkg.Repo.Reading;

/// <summary>Reads from another stream and refuses to read more than was promised.</summary>
/// <param name="source">The stream, which its owner disposes.</param>
/// <param name="promised">How many bytes it should have.</param>
internal sealed class BoundedStream(Stream source, long promised) : Stream
{
    private long _read;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = source.Read(buffer);
        _read += read;
        return _read <= promised
            ? read
            : throw new FormatViolationException(
                "package-size",
                "the file",
                $"it has more than the {promised} bytes that the index claims"
            );
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
