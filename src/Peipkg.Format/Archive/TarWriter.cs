using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Archive;

/// <summary>Writes the archive's blocks (§3.1.4) to a stream; sorting and checking are the caller's.</summary>
/// <param name="output">Receives the uncompressed archive.</param>
/// <param name="rules">The edition's forms of headers.</param>
/// <param name="signedBytes">Takes all that is written, for the signature over it; null where nobody signs.</param>
/// <param name="time">Every entry's modification time in Unix seconds, not negative.</param>
internal sealed class TarWriter(Stream output, HeaderRules rules, Sha256Hasher? signedBytes, long time)
{
    private static readonly byte[] Zeros = new byte[2 * TarHeader.Size];

    private readonly byte[] _block = new byte[TarHeader.Size];
    private long _remaining;

    /// <summary>Bytes written so far.</summary>
    internal long Position { get; private set; }

    /// <summary>Bytes of the end mark: two blocks of zeros.</summary>
    internal static int EndSize => Zeros.Length;

    /// <summary>Bytes that an entry takes in the archive: headers, content and padding.</summary>
    internal static long EntrySize(ReadOnlySpan<byte> name, long size, ReadOnlySpan<byte> target, HeaderRules rules)
    {
        RecordsNeeded needed = PaxRecords.Needed(name, target, rules);
        long records =
            needed == RecordsNeeded.None
                ? 0
                : TarHeader.Size + TarHeader.Padded(PaxRecords.FormattedSize(name.Length, target.Length, needed));
        return records + TarHeader.Size + TarHeader.Padded(size);
    }

    /// <summary>Writes an entry's header or headers; exactly <paramref name="size"/> bytes of content must follow.</summary>
    internal void WriteHeader(ReadOnlySpan<byte> name, TarEntryType type, long size, ReadOnlySpan<byte> target)
    {
        RequireComplete();
        RecordsNeeded needed = PaxRecords.Needed(name, target, rules);
        if (needed != RecordsNeeded.None)
        {
            byte[] records = PaxRecords.Format(name, target, needed, rules);
            byte[] own = PaxRecords.HeaderName(name, inside: rules.Written.Contains(HeaderForm.NamedInside));
            TarHeaderWriter.WriteExtended(_block, own, records.Length);
            Write(_block);
            Write(records);
            Pad();
        }

        TarHeaderWriter.WriteEntry(_block, name, type, size, time, target, needed);
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

    private void RequireComplete()
    {
        if (_remaining != 0)
        {
            throw new InvalidOperationException($"The entry before lacks {_remaining} bytes of content.");
        }
    }

    private void Pad() => Write(Zeros.AsSpan(0, (int)(TarHeader.Padded(Position) - Position)));

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        signedBytes?.Append(bytes);
        Position += bytes.Length;
    }
}
