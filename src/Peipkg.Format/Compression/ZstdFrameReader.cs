using System.Buffers;
using System.Runtime.InteropServices;

namespace Peipkg.Format.Compression;

/// <summary>
/// Reads the content of exactly one zstd frame (§3.1): a second frame, a skippable one, a dictionary, bytes after the end
/// and an end too early are all refused. A checksum, which a producer may write, is checked. Memory is bounded by
/// <see cref="Limits.ZstdWindowLog"/>.
/// </summary>
internal sealed unsafe class ZstdFrameReader : IDisposable
{
    private const int InputSize = 1 << 17;
    private const int MagicSize = 4;
    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;

    private readonly ZstdLibrary _library = ZstdLibrary.Instance;
    private readonly ZstdDecompressor _decompressor = new();
    private readonly Stream _compressed;
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(InputSize);
    private int _inputStart;
    private int _inputEnd;
    private bool _begun;
    private bool _ended;

    internal ZstdFrameReader(Stream compressed)
    {
        _compressed = compressed;
        _ = Check(
            _library.SetWindowLimit(
                _decompressor.DangerousGetHandle(),
                DecompressionParameter.WindowLogMax,
                Limits.ZstdWindowLog
            )
        );
    }

    /// <summary>Reads some content; 0 when the frame, and the file with it, has ended.</summary>
    internal int Read(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_decompressor.IsClosed, this);
        if (!_begun)
        {
            ReadFrameHeader();
        }

        fixed (
            byte* target = destination,
                source = _input
        )
        {
            OutputPart output = new() { Target = target, Size = (nuint)destination.Length };
            while (!_ended && output.Position == 0)
            {
                // The engine may hold content that did not fit last time, so it is asked before more is read.
                InputPart input = new()
                {
                    Source = source,
                    Size = (nuint)_inputEnd,
                    Position = (nuint)_inputStart,
                };
                nuint hint = Check(_library.Decompress(_decompressor.DangerousGetHandle(), &output, &input));
                _inputStart = (int)input.Position;
                _ended = hint == 0;
                if (!_ended && output.Position == 0 && _inputStart == _inputEnd && !Fill())
                {
                    throw new FormatViolationException(
                        "zstd-truncated",
                        "the file's end",
                        "the zstd frame is cut off; fetch or build the package again"
                    );
                }
            }

            if (output.Position == 0)
            {
                RequireNothingAfter();
            }

            return (int)output.Position;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_decompressor.IsClosed)
        {
            _decompressor.Dispose();
            ArrayPool<byte>.Shared.Return(_input);
        }
    }

    private void ReadFrameHeader()
    {
        _begun = true;
        while (_inputEnd < MagicSize + 1 && Fill()) { }

        if (_inputEnd == 0)
        {
            throw new FormatViolationException("zstd-frame", "byte 0", "the file is empty");
        }

        uint magic = _inputEnd < MagicSize ? 0 : MemoryMarshal.Read<uint>(_input);
        if ((magic & 0xFFFFFFF0) == SkippableMagic)
        {
            throw new FormatViolationException(
                "zstd-frame",
                "byte 0",
                "the file begins with a skippable frame; a package is one plain zstd frame"
            );
        }

        if (magic != Magic || _inputEnd <= MagicSize)
        {
            throw new FormatViolationException(
                "zstd-frame",
                "byte 0",
                "this is not a package: it does not begin as a zstd frame"
            );
        }

        byte descriptor = _input[MagicSize];
        if ((descriptor & 0b0000_0011) != 0)
        {
            throw new FormatViolationException(
                "zstd-dictionary",
                "byte 4",
                "the zstd frame needs a dictionary; a package stands alone"
            );
        }
    }

    private void RequireNothingAfter()
    {
        if (_inputStart < _inputEnd || Fill())
        {
            throw new FormatViolationException(
                "zstd-trailing-data",
                "the file's end",
                "there is more after the zstd frame; a package is one frame and nothing else"
            );
        }
    }

    private bool Fill()
    {
        if (_inputStart == _inputEnd)
        {
            _inputStart = _inputEnd = 0;
        }

        int read = _compressed.Read(_input, _inputEnd, InputSize - _inputEnd);
        _inputEnd += read;
        return read > 0;
    }

    private nuint Check(nuint result)
    {
        if (!_library.IsError(result))
        {
            return result;
        }

        string reason = _library.IsWindowTooLarge(result)
            ? $"the zstd frame needs a window over {1 << (Limits.ZstdWindowLog - 20)} MiB"
            : $"the zstd frame is damaged: {_library.NameOf(result)}";
        throw new FormatViolationException("zstd-frame", "the compressed data", reason);
    }
}
