using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Archive;

/// <summary>Writes the archive's blocks (§3.1.4) to a stream; sorting and checking are the caller's.</summary>
/// <param name="output">Receives the uncompressed archive.</param>
/// <param name="signedBytes">Takes all that is written, for the signature over it; null where nobody signs.</param>
/// <param name="time">Every entry's modification time in Unix seconds, not negative.</param>
internal sealed class TarWriter(Stream output, Sha256Hasher? signedBytes, long time)
{
    private static readonly byte[] Zeros = new byte[2 * TarHeaderBlock.Size];

    private readonly byte[] _block = new byte[TarHeaderBlock.Size];
    private long _remaining;

    /// <summary>Bytes written so far.</summary>
    internal long Position { get; private set; }

    /// <summary>Bytes that an entry takes in the archive: headers, content and padding.</summary>
    internal static long EntrySize(ReadOnlySpan<byte> name, long size, ReadOnlySpan<byte> target)
    {
        int records = PaxRecords.Needed(name, target) ? PaxRecords.FormattedSize(name.Length, target.Length) : 0;
        return (records > 0 ? TarHeaderBlock.Size + Padded(records) : 0) + TarHeaderBlock.Size + Padded(size);
    }

    /// <summary>Bytes of the end mark: two blocks of zeros.</summary>
    internal static int EndSize => Zeros.Length;

    /// <summary>Writes an entry's header or headers; exactly <paramref name="size"/> bytes of content must follow.</summary>
    internal void WriteHeader(ReadOnlySpan<byte> name, TarEntryType type, long size, ReadOnlySpan<byte> target)
    {
        RequireComplete();
        bool needed = PaxRecords.Needed(name, target);
        if (needed)
        {
            byte[] records = PaxRecords.Format(name, target);
            TarHeaderBlock.WritePax(_block, PaxRecords.HeaderName(name), records.Length);
            Write(_block);
            Write(records);
            Pad();
        }

        TarHeaderBlock.WriteEntry(_block, name, type, size, time, target, records: needed);
        Write(_block);
        _remaining = size;
    }

    /// <summary>Writes a part of the current entry's content.</summary>
    internal void WriteContent(ReadOnlySpan<byte> content)
    {
        if (content.Length > _remaining)
        {
            throw new InvalidOperationException(
                $"The entry announced {content.Length - _remaining} bytes less of content."
            );
        }

        Write(content);
        _remaining -= content.Length;
        if (_remaining == 0)
        {
            Pad();
        }
    }

    /// <summary>Writes a small file whole.</summary>
    internal void WriteFile(ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        WriteHeader(name, TarEntryType.File, content.Length, default);
        WriteContent(content);
    }

    /// <summary>Writes the end mark.</summary>
    internal void WriteEnd()
    {
        RequireComplete();
        Write(Zeros);
    }

    private static long Padded(long size) =>
        (size + TarHeaderBlock.Size - 1) / TarHeaderBlock.Size * TarHeaderBlock.Size;

    private void RequireComplete()
    {
        if (_remaining != 0)
        {
            throw new InvalidOperationException($"The entry before lacks {_remaining} bytes of content.");
        }
    }

    private void Pad() => Write(Zeros.AsSpan(0, (int)(Padded(Position) - Position)));

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        signedBytes?.Append(bytes);
        Position += bytes.Length;
    }
}
