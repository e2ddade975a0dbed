using System.Buffers;

namespace Peipkg.Format.Compression;

/// <summary>
/// Makes the one zstd frame of a package (§3.1.3): without a checksum, with the content's size in its header. The same
/// content gives the same bytes with any number of workers, and however it is cut when it is written. A frame that is given
/// up stays without its end, so that no reader takes it for a whole one.
/// </summary>
internal sealed unsafe class ZstdFrameWriter : Stream
{
    private const int BufferSize = 1 << 17;

    private readonly ZstdLibrary _library = ZstdLibrary.Instance;
    private readonly ZstdCompressor _compressor = new();
    private readonly Stream _output;

    // The engine locks and looks around at every call, so that a header and a small file are not given to it one by one.
    private readonly byte[] _pending = ArrayPool<byte>.Shared.Rent(BufferSize);
    private readonly byte[] _compressed = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _pendingCount;
    private long _left;

    /// <summary>Begins the frame.</summary>
    /// <param name="output">Receives the compressed bytes; stays open.</param>
    /// <param name="plan">How it is compressed, and how many bytes will be written, exactly: the frame's header carries it.</param>
    /// <param name="workers">Threads that compress, at least 1.</param>
    /// <exception cref="IOException">The engine cannot be loaded, or has no memory.</exception>
    internal ZstdFrameWriter(Stream output, CompressionPlan plan, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _output = output;
        _left = plan.ContentSize;
        try
        {
            foreach ((CompressionParameter parameter, int value) in plan.Parameters(workers))
            {
                _ = Check(_library.Set(_compressor.DangerousGetHandle(), parameter, value));
            }

            _ = Check(_library.SetContentSize(_compressor.DangerousGetHandle(), (ulong)plan.ContentSize));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The engine and its setting, for people: a package's bytes depend on them.</summary>
    internal static string Engine { get; } =
        $"zstd {ZstdLibrary.Version}, level {CompressionPlan.Level}, window up to {1 << (CompressionPlan.LargestWindowLog - 20)} MiB";

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes content. After an exception nothing more is taken.</summary>
    /// <exception cref="IOException">The output takes nothing more, or the engine has no memory or threads.</exception>
    /// <exception cref="InvalidOperationException">It is more than was announced.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_compressor.IsClosed, this);
        _left -= buffer.Length;
        RequireAnnounced(_left >= 0);
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, BufferSize - _pendingCount);
            buffer[..count].CopyTo(_pending.AsSpan(_pendingCount));
            buffer = buffer[count..];
            _pendingCount += count;
            if (_pendingCount == BufferSize)
            {
                Compress(EndDirective.Continue);
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: where the engine ends its blocks shows in the bytes.</summary>
    public override void Flush() { }

    /// <summary>Ends the frame; what was written before is then complete.</summary>
    /// <exception cref="IOException">As for <see cref="Write(ReadOnlySpan{byte})"/>.</exception>
    /// <exception cref="InvalidOperationException">It is less than was announced.</exception>
    internal void Finish()
    {
        ObjectDisposedException.ThrowIf(_compressor.IsClosed, this);
        RequireAnnounced(_left == 0);
        Compress(EndDirective.Continue);
        Compress(EndDirective.End);
        Dispose();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Without <see cref="Finish"/>, gives the frame up.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_compressor.IsClosed)
        {
            _compressor.Dispose();
            ArrayPool<byte>.Shared.Return(_pending);
            ArrayPool<byte>.Shared.Return(_compressed);
        }

        base.Dispose(disposing);
    }

    // With several workers the engine does not compare, and its header would not be true.
    private static void RequireAnnounced(bool condition)
    {
        if (!condition)
        {
            throw new InvalidOperationException("The content has not the size that was announced.");
        }
    }

    private void Compress(EndDirective directive)
    {
        try
        {
            fixed (
                byte* source = _pending,
                    target = _compressed
            )
            {
                InputPart input = new() { Source = source, Size = (nuint)_pendingCount };
                bool done;
                do
                {
                    OutputPart output = new() { Target = target, Size = BufferSize };
                    nuint left = Check(_library.Compress(_compressor.DangerousGetHandle(), &output, &input, directive));
                    _output.Write(_compressed, 0, (int)output.Position);
                    done = directive == EndDirective.End ? left == 0 : input.Position == input.Size;
                } while (!done);
            }

            _pendingCount = 0;
        }
        catch
        {
            // The engine would begin a new frame with what is written next.
            Dispose();
            throw;
        }
    }

    private nuint Check(nuint result) =>
        _library.IsError(result)
            ? throw new IOException($"the package cannot be compressed: {_library.NameOf(result)}")
            : result;
}
