namespace Peipkg.Format.Cryptography;

/// <summary>Passes a stream on and hashes and counts what passes.</summary>
/// <param name="inner">The stream.</param>
/// <param name="limit">Bytes that may pass.</param>
internal sealed class HashingReadStream(Stream inner, long limit) : Stream
{
    private readonly Sha256Hasher _hash = new();

    /// <summary>Bytes read so far.</summary>
    internal long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <summary>The digest of all that was read; the count starts anew.</summary>
    internal Sha256Digest Finish() => _hash.Finish();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        _hash.Append(buffer[..read]);
        Count += read;
        return Count <= limit
            ? read
            : throw new FormatViolationException(
                "package-size",
                "the file",
                $"it has more than the {limit} bytes that its index allows it"
            );
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
