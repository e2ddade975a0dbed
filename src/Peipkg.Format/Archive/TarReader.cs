using System.Buffers;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Text;

namespace Peipkg.Format.Archive;

/// <summary>
/// Reads the archive inside a package, block by block, and refuses every byte that a producer must not write (§3.1.4,
/// §3.2.6). Order, paths and meaning of the entries are the caller's.
/// </summary>
/// <param name="frame">The uncompressed archive.</param>
/// <param name="signedBytes">
/// Takes all bytes in front of the signature entry, or in front of the end mark where there is none (§5.1.2).
/// </param>
internal sealed class TarReader(ZstdFrameReader frame, Sha256Hasher signedBytes) : IDisposable
{
    private const int BufferSize = 1 << 18;

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private readonly byte[] _expected = new byte[TarHeaderBlock.Size];
    private readonly byte[] _headers = new byte[
        (2 * TarHeaderBlock.Size) + PaxRecords.MaximumSize + TarHeaderBlock.Size
    ];
    private int _start;
    private int _end;
    private long _produced;
    private long _contentLeft;
    private int _paddingLeft;
    private bool _signed = true;

    /// <summary>Uncompressed bytes after which reading stops with an error; lowered once the manifest is known.</summary>
    internal long Limit { get; set; } = Limits.UncompressedOverhead;

    /// <summary>Every entry's modification time; the first header's until the manifest says it.</summary>
    internal long? Time { get; set; }

    /// <summary>Uncompressed bytes that were read from the frame so far; all of them once the archive has ended.</summary>
    internal long Produced => _produced;

    /// <summary>Content bytes of the current entry that have not been read yet.</summary>
    internal long ContentLeft => _contentLeft;

    /// <summary>Reads the next entry's header; whatever is left of the content before is skipped.</summary>
    /// <param name="signatureName">The wire name whose entry is no longer part of the signed bytes.</param>
    /// <returns>Null when the archive has ended as it must.</returns>
    internal TarEntry? ReadEntry(ReadOnlySpan<byte> signatureName)
    {
        while (_contentLeft > 0)
        {
            ReadContent();
        }

        ReadPadding();
        long offset = Offset;
        Span<byte> block = _headers.AsSpan(0, TarHeaderBlock.Size);
        ReadExactly(block);
        if (!block.ContainsAnyExcept((byte)0))
        {
            ReadEnd(offset);
            return null;
        }

        int headersSize = TarHeaderBlock.Size;
        byte[]? path = null;
        byte[]? linkPath = null;
        int recordsSize = 0;
        RequireHeader(block, offset);
        if (block[TarHeaderBlock.TypeOffset] == (byte)TarEntryType.PaxRecords)
        {
            recordsSize = ReadPaxRecords(block, offset, out path, out linkPath);
            headersSize += Padded(recordsSize) + TarHeaderBlock.Size;
            block = _headers.AsSpan(headersSize - TarHeaderBlock.Size, TarHeaderBlock.Size);
            ReadExactly(block);
            RequireHeader(block, offset);
        }

        ReadOnlySpan<byte> name = path ?? ReadName(block);
        ReadOnlySpan<byte> target =
            linkPath ?? TarHeaderBlock.ReadText(block.Slice(TarHeaderBlock.LinkOffset, TarHeaderBlock.NameSize));
        TarEntry entry = ParseEntry(block, name, target, offset);
        RequirePrescribed(entry, _headers.AsSpan(0, headersSize), recordsSize, target);

        _signed = _signed && !name.SequenceEqual(signatureName);
        if (_signed)
        {
            signedBytes.Append(_headers.AsSpan(0, headersSize));
        }

        _contentLeft = entry.Size;
        _paddingLeft = (int)(Padded(entry.Size) - entry.Size);
        return entry;
    }

    /// <summary>Some of the current entry's content, valid until the next call; empty when there is no more.</summary>
    internal ReadOnlySpan<byte> ReadContent()
    {
        if (_contentLeft == 0)
        {
            return default;
        }

        if (_start == _end)
        {
            Fill();
        }

        int count = (int)Math.Min(_contentLeft, _end - _start);
        ReadOnlySpan<byte> content = _buffer.AsSpan(_start, count);
        _start += count;
        _contentLeft -= count;
        if (_signed)
        {
            signedBytes.Append(content);
        }

        return content;
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private long Offset => _produced - (_end - _start);

    private static long Padded(long size) => (size + TarHeaderBlock.Size - 1) & -TarHeaderBlock.Size;

    private static int Padded(int size) => (int)Padded((long)size);

    private static void RequireHeader(ReadOnlySpan<byte> block, long offset)
    {
        if (!TarHeaderBlock.ChecksumFits(block))
        {
            throw new FormatViolationException(
                "tar-checksum",
                At(offset),
                "there is no valid tar header here: its checksum does not fit"
            );
        }

        string? foreign = block[TarHeaderBlock.TypeOffset] switch
        {
            (byte)TarEntryType.File
            or (byte)TarEntryType.Directory
            or (byte)TarEntryType.Symlink
            or (byte)TarEntryType.PaxRecords => null,
            (byte)'g' => "a pax global header",
            (byte)'1' => "a hard link",
            (byte)'3' => "a character device",
            (byte)'4' => "a block device",
            (byte)'6' => "a FIFO",
            (byte)'7' => "a contiguous file",
            (byte)'L' or (byte)'K' => "a GNU long-name entry; long names are pax records here",
            (byte)'S' => "a GNU sparse file",
            0 => "an entry of the old type NUL; regular files have type 0",
            byte type => $"an entry of the unknown type 0x{type:x2}",
        };
        if (foreign is not null)
        {
            string name = Encoding.Latin1.GetString(TarHeaderBlock.ReadText(block[..TarHeaderBlock.NameSize]));
            throw new FormatViolationException(
                "tar-entry-type",
                name.Length == 0 ? At(offset) : DisplayText.Escape(name),
                $"the archive holds {foreign}; only files, directories and symlinks are allowed"
            );
        }
    }

    private static ReadOnlySpan<byte> ReadName(ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> name = TarHeaderBlock.ReadText(block[..TarHeaderBlock.NameSize]);
        ReadOnlySpan<byte> prefix = TarHeaderBlock.ReadText(block.Slice(TarHeaderBlock.PrefixOffset, UstarPrefix.Size));
        return prefix.IsEmpty ? name : (byte[])[.. prefix, (byte)'/', .. name];
    }

    private static string At(long offset) => $"byte {offset} of the archive";

    private int ReadPaxRecords(ReadOnlySpan<byte> block, long offset, out byte[]? path, out byte[]? linkPath)
    {
        if (
            !TarHeaderBlock.TryReadOctal(
                block.Slice(TarHeaderBlock.SizeOffset, TarHeaderBlock.OctalSize),
                out long size
            ) || size is 0 or > PaxRecords.MaximumSize
        )
        {
            throw new FormatViolationException(
                "pax-records",
                At(offset),
                $"the pax header's size is not between 1 and {PaxRecords.MaximumSize} bytes"
            );
        }

        Span<byte> records = _headers.AsSpan(TarHeaderBlock.Size, Padded((int)size));
        ReadExactly(records);
        string? problem = PaxRecords.TryRead(records[..(int)size], out path, out linkPath);
        if (problem is null && records[(int)size..].ContainsAnyExcept((byte)0))
        {
            problem = "the padding behind the pax records is not NUL";
        }

        return problem is null ? (int)size : throw new FormatViolationException("pax-records", At(offset), problem);
    }

    private TarEntry ParseEntry(
        ReadOnlySpan<byte> block,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> target,
        long offset
    )
    {
        if (block[TarHeaderBlock.TypeOffset] == (byte)TarEntryType.PaxRecords)
        {
            throw new FormatViolationException("pax-records", At(offset), "a pax header follows a pax header");
        }

        if (
            !TarHeaderBlock.TryReadOctal(
                block.Slice(TarHeaderBlock.SizeOffset, TarHeaderBlock.OctalSize),
                out long size
            )
            || !TarHeaderBlock.TryReadOctal(
                block.Slice(TarHeaderBlock.TimeOffset, TarHeaderBlock.OctalSize),
                out long time
            )
        )
        {
            throw new FormatViolationException(
                "tar-header",
                At(offset),
                "the header's size or mtime is not eleven octal digits and a NUL"
            );
        }

        string text;
        string targetText;
        try
        {
            text = StrictUtf8.GetString(name);
            targetText = StrictUtf8.GetString(target);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatViolationException(
                "path-utf8",
                DisplayText.Escape(Encoding.Latin1.GetString(name)),
                "the path or link target is not valid UTF-8"
            );
        }

        TarEntryType type = (TarEntryType)block[TarHeaderBlock.TypeOffset];
        Time ??= time;
        return new TarEntry(text, name.ToArray(), type, type == TarEntryType.File ? size : 0, targetText, time);
    }

    private void RequirePrescribed(
        TarEntry entry,
        ReadOnlySpan<byte> headers,
        int recordsSize,
        ReadOnlySpan<byte> target
    )
    {
        string place = DisplayText.Escape(entry.Name);
        bool directory = entry.Type == TarEntryType.Directory;
        if (directory != entry.Name.EndsWith('/'))
        {
            throw new FormatViolationException(
                "tar-header",
                place,
                directory
                    ? "a directory's name must end with a slash"
                    : "a name that ends with a slash is a directory's, but the entry is none"
            );
        }

        if (entry.Type != TarEntryType.Symlink && target.Length > 0)
        {
            throw new FormatViolationException(
                "tar-header",
                place,
                "the header's linkname field is for symlinks, and this is none"
            );
        }

        ReadOnlySpan<byte> block = headers[^TarHeaderBlock.Size..];
        TarHeaderBlock.WriteEntry(
            _expected,
            entry.WireName,
            entry.Type,
            entry.Size,
            Time ?? entry.Time,
            target,
            records: recordsSize > 0
        );
        if (!block.SequenceEqual(_expected))
        {
            throw new FormatViolationException("tar-header", place, TarHeaderBlock.Explain(block, _expected));
        }

        // Without records the header compared above was the right one only if it could hold everything.
        int needed = PaxRecords.FormattedSize(entry.WireName.Length, target.Length);
        if (recordsSize > 0 ? recordsSize != needed : PaxRecords.Needed(entry.WireName, target))
        {
            throw new FormatViolationException(
                "pax-records",
                place,
                needed == 0
                    ? "a pax header is written only for names and targets over 100 bytes"
                    : "the pax header must hold exactly the names and targets over 100 bytes"
            );
        }

        if (recordsSize > 0)
        {
            TarHeaderBlock.WritePax(_expected, PaxRecords.HeaderName(entry.WireName), recordsSize);
            ReadOnlySpan<byte> pax = headers[..TarHeaderBlock.Size];
            if (!pax.SequenceEqual(_expected))
            {
                throw new FormatViolationException("pax-header", place, TarHeaderBlock.Explain(pax, _expected));
            }
        }
    }

    private void ReadPadding()
    {
        if (_paddingLeft > 0)
        {
            Span<byte> padding = stackalloc byte[TarHeaderBlock.Size];
            padding = padding[.._paddingLeft];
            long offset = Offset;
            ReadExactly(padding);
            _paddingLeft = 0;
            if (padding.ContainsAnyExcept((byte)0))
            {
                throw new FormatViolationException(
                    "tar-padding",
                    At(offset),
                    "the padding behind a file's content is not NUL"
                );
            }

            if (_signed)
            {
                signedBytes.Append(padding);
            }
        }
    }

    private void ReadEnd(long offset)
    {
        Span<byte> second = stackalloc byte[TarHeaderBlock.Size];
        ReadExactly(second);
        if (second.ContainsAnyExcept((byte)0) || _start != _end || TryFill())
        {
            throw new FormatViolationException(
                "tar-end",
                At(offset),
                "the archive must end with exactly two blocks of zeros and nothing behind them"
            );
        }
    }

    private void ReadExactly(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            if (_start == _end)
            {
                Fill();
            }

            int count = Math.Min(destination.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(destination);
            _start += count;
            destination = destination[count..];
        }
    }

    private void Fill()
    {
        if (!TryFill())
        {
            throw new FormatViolationException(
                "tar-truncated",
                At(_produced),
                "the archive ends in the middle of an entry or without its end mark"
            );
        }
    }

    private bool TryFill()
    {
        _start = 0;
        _end = frame.Read(_buffer.AsSpan(0, BufferSize));
        _produced += _end;
        if (_produced > Limit)
        {
            throw new FormatViolationException(
                "decompression-bound",
                At(_produced),
                $"the archive unpacks to more than the {Limit} bytes it may have; it may be a decompression bomb"
            );
        }

        return _end > 0;
    }
}
