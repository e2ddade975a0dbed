using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Text;

namespace Peipkg.Format.Archive;

/// <summary>
/// Reads the archive inside a package, entry by entry, and refuses every byte that no producer writes (§3.1.4, §3.2.6).
/// Order, paths and meaning of the entries are the caller's, and so are the forms of their headers.
/// </summary>
/// <param name="blocks">The uncompressed archive.</param>
/// <param name="signedBytes">
/// Takes all bytes before the signature entry, or before the end mark where there is no signature (§5.1.2).
/// </param>
internal sealed class TarReader(TarBlocks blocks, Sha256Hasher signedBytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly HeaderCheck _check = new();
    private readonly byte[] _headers = new byte[(3 * TarHeader.Size) + PaxRecords.MaximumSize];
    private long _contentLeft;
    private int _paddingLeft;
    private bool _signed = true;

    /// <summary>Every entry's modification time; the first header's until the manifest says it.</summary>
    internal long? Time { get; set; }

    /// <summary>The forms of headers met so far, in the order of their first entries.</summary>
    internal IReadOnlyList<HeaderFormMet> Forms => _check.Forms.Met;

    /// <summary>Reads the next entry's header; whatever is left of the previous content is skipped.</summary>
    /// <param name="signatureName">The wire name whose entry is no longer part of the signed bytes.</param>
    /// <returns>Null when the archive has ended as it must.</returns>
    internal TarEntry? ReadEntry(ReadOnlySpan<byte> signatureName)
    {
        while (_contentLeft > 0)
        {
            ReadContent();
        }

        ReadPadding();
        long offset = blocks.Position;
        Span<byte> block = _headers.AsSpan(0, TarHeader.Size);
        blocks.ReadExactly(block);
        if (!block.ContainsAnyExcept((byte)0))
        {
            ReadEnd(offset);
            return null;
        }

        int size = TarHeader.Size;
        PaxRecords records = default;
        ReadOnlySpan<byte> extended = default;
        RequireHeader(block, offset);
        if (TarHeader.Type.In(block)[0] == (byte)TarEntryType.PaxRecords)
        {
            extended = block;
            size += ReadPaxRecords(block, offset, out records) + TarHeader.Size;
            block = _headers.AsSpan(size - TarHeader.Size, TarHeader.Size);
            blocks.ReadExactly(block);
            RequireHeader(block, offset);
        }

        ReadOnlySpan<byte> name = records.Path ?? TarHeaderReader.ReadName(block);
        ReadOnlySpan<byte> target = records.LinkPath ?? TarHeaderReader.ReadText(TarHeader.LinkName.In(block));
        TarEntry entry = ParseEntry(block, name, target, offset);
        _check.Check(entry, target, Time ?? entry.Time, block, extended, records);

        _signed = _signed && !name.SequenceEqual(signatureName);
        if (_signed)
        {
            signedBytes.Append(_headers.AsSpan(0, size));
        }

        _contentLeft = entry.Size;
        _paddingLeft = (int)(TarHeader.Padded(entry.Size) - entry.Size);
        return entry;
    }

    /// <summary>Some of the current entry's content, valid until the next call; empty when there is no more.</summary>
    internal ReadOnlySpan<byte> ReadContent()
    {
        if (_contentLeft == 0)
        {
            return default;
        }

        ReadOnlySpan<byte> content = blocks.Read(_contentLeft);
        _contentLeft -= content.Length;
        if (_signed)
        {
            signedBytes.Append(content);
        }

        return content;
    }

    private static void RequireHeader(ReadOnlySpan<byte> block, long offset)
    {
        if (!TarHeaderReader.ChecksumFits(block))
        {
            throw new FormatViolationException(
                "tar-checksum",
                TarBlocks.At(offset),
                "there is no valid tar header here: its checksum does not fit"
            );
        }

        if (TarHeaderReader.ForeignType(TarHeader.Type.In(block)[0]) is { } foreign)
        {
            string name = Encoding.Latin1.GetString(TarHeaderReader.ReadText(TarHeader.Name.In(block)));
            throw new FormatViolationException(
                "tar-entry-type",
                name.Length == 0 ? TarBlocks.At(offset) : DisplayText.Escape(name),
                $"the archive holds {foreign}; only files, directories and symlinks are allowed"
            );
        }
    }

    private int ReadPaxRecords(ReadOnlySpan<byte> block, long offset, out PaxRecords records)
    {
        if (
            !TarHeaderReader.TryReadOctal(TarHeader.ContentSize.In(block), out long size)
            || size is 0 or > PaxRecords.MaximumSize
        )
        {
            throw new FormatViolationException(
                "pax-records",
                TarBlocks.At(offset),
                $"the pax header's size is not between 1 and {PaxRecords.MaximumSize} bytes"
            );
        }

        Span<byte> bytes = _headers.AsSpan(TarHeader.Size, (int)TarHeader.Padded(size));
        blocks.ReadExactly(bytes);
        string? problem = PaxRecords.TryRead(bytes[..(int)size], out records);
        if (problem is null && bytes[(int)size..].ContainsAnyExcept((byte)0))
        {
            problem = "the padding after the pax records is not NUL";
        }

        return problem is null
            ? bytes.Length
            : throw new FormatViolationException("pax-records", TarBlocks.At(offset), problem);
    }

    private TarEntry ParseEntry(
        ReadOnlySpan<byte> block,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> target,
        long offset
    )
    {
        TarEntryType type = (TarEntryType)TarHeader.Type.In(block)[0];
        if (type == TarEntryType.PaxRecords)
        {
            throw new FormatViolationException(
                "pax-records",
                TarBlocks.At(offset),
                "a pax header follows a pax header"
            );
        }

        if (
            !TarHeaderReader.TryReadOctal(TarHeader.ContentSize.In(block), out long size)
            || !TarHeaderReader.TryReadOctal(TarHeader.Time.In(block), out long time)
        )
        {
            throw new FormatViolationException(
                "tar-header",
                TarBlocks.At(offset),
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

        type = type == TarEntryType.OldFile ? TarEntryType.File : type;
        Time ??= time;
        return new TarEntry(text, name.ToArray(), type, type == TarEntryType.File ? size : 0, targetText, time);
    }

    private void ReadPadding()
    {
        if (_paddingLeft == 0)
        {
            return;
        }

        Span<byte> padding = stackalloc byte[TarHeader.Size];
        padding = padding[.._paddingLeft];
        long offset = blocks.Position;
        blocks.ReadExactly(padding);
        _paddingLeft = 0;
        if (padding.ContainsAnyExcept((byte)0))
        {
            throw new FormatViolationException(
                "tar-padding",
                TarBlocks.At(offset),
                "the padding after a file's content is not NUL"
            );
        }

        if (_signed)
        {
            signedBytes.Append(padding);
        }
    }

    private void ReadEnd(long offset)
    {
        Span<byte> second = stackalloc byte[TarHeader.Size];
        blocks.ReadExactly(second);
        if (second.ContainsAnyExcept((byte)0) || !blocks.IsAtEnd())
        {
            throw new FormatViolationException(
                "tar-end",
                TarBlocks.At(offset),
                "the archive must end with exactly two blocks of zeros and nothing after them"
            );
        }
    }
}
