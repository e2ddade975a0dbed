using System.Diagnostics;

namespace Peipkg.Repo.Remote;

/// <summary>An answer's body, which takes the answer with it when it is disposed and names its address when it breaks off.</summary>
internal sealed class ResponseStream : Stream
{
    private readonly HttpResponseMessage _answer;
    private readonly Uri _uri;
    private readonly Stream _body;
    private readonly CancellationTokenRegistration _stop;
    private readonly Patience _patience;
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _total;

    /// <param name="answer">Owned from now on.</param>
    /// <param name="uri">The address, for messages.</param>
    /// <param name="patience">How slow it may be.</param>
    /// <param name="stop">Ends even a read that waits.</param>
    internal ResponseStream(HttpResponseMessage answer, Uri uri, Patience patience, CancellationToken stop)
    {
        _answer = answer;
        _uri = uri;
        _patience = patience;
        _body = answer.Content.ReadAsStream(stop);
        _stop = stop.Register(answer.Dispose);
    }

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
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = _body.Read(buffer);
        }
        catch (Exception error)
            when (error
                    is IOException
                        or HttpRequestException
                        or ObjectDisposedException
                        or InvalidDataException
                        or InvalidOperationException
            )
        {
            _stop.Token.ThrowIfCancellationRequested();
            throw new IOException($"{_uri}: the answer broke off: {error.Message}", error);
        }

        _total += read;
        TimeSpan took = Stopwatch.GetElapsedTime(_began);
        if (took > _patience.Answer && _total < (took - _patience.Answer).TotalSeconds * _patience.BytesPerSecond)
        {
            throw new IOException($"{_uri}: the server is too slow: {_total} bytes in {took.TotalSeconds:0} seconds");
        }

        return read;
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

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
            _answer.Dispose();
        }

        base.Dispose(disposing);
    }
}
