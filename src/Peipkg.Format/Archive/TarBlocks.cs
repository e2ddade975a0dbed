using System.Buffers;
using Peipkg.Format.Compression;

namespace Peipkg.Format.Archive;

/// <summary>The uncompressed archive as it comes out of its frame, with the bound on its size kept at every chunk.</summary>
/// <param name="frame">The compressed package.</param>
internal sealed class TarBlocks(ZstdFrameReader frame) : IDisposable
{
    private const int BufferSize = 1 << 18;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;

    /// <summary>Uncompressed bytes after which reading stops with an error.</summary>
    internal long Limit { get; set; } = Limits.UncompressedOverhead;

    /// <summary>Uncompressed bytes that came out of the frame so far; all of them once the archive has ended.</summary>
    internal long Produced { get; private set; }

    /// <summary>Uncompressed bytes that were taken so far.</summary>
    internal long Position => Produced - (_end - _start);

    /// <summary>A place in the archive, for messages.</summary>
    internal static string At(long offset) => $"byte {offset} of the archive";

    /// <summary>At least one byte and at most <paramref name="most"/>; valid until the next call.</summary>
    internal ReadOnlySpan<byte> Read(long most)
    {
        if (_start == _end)
        {
            Fill();
        }

        int count = (int)Math.Min(most, _end - _start);
        _start += count;
        return _buffer.AsSpan(_start - count, count);
    }

    /// <summary>Fills a span.</summary>
    internal void ReadExactly(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            ReadOnlySpan<byte> piece = Read(destination.Length);
            piece.CopyTo(destination);
            destination = destination[piece.Length..];
        }
    }

    /// <summary>Whether the archive has ended.</summary>
    internal bool IsAtEnd() => _start == _end && !TryFill();

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void Fill()
    {
        if (!TryFill())
        {
            throw new FormatViolationException(
                "tar-truncated",
                At(Produced),
                "the archive ends in the middle of an entry or without its end mark"
            );
        }
    }

    private bool TryFill()
    {
        _start = 0;
        _end = frame.Read(_buffer.AsSpan(0, BufferSize));
        Produced += _end;
        if (Produced > Limit)
        {
            throw new FormatViolationException(
                "decompression-bound",
                At(Produced),
                $"the archive unpacks to more than the {Limit} bytes it may have; it may be a decompression bomb"
            );
        }

        return _end > 0;
    }
}
