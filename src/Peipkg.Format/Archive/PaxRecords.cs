using System.Buffers.Text;

namespace Peipkg.Format.Archive;

/// <summary>
/// The pax records of one entry: a path and a link target, each only where it has over 100 bytes (§3.1.4 rule 12).
/// </summary>
/// <remarks>
/// Records are written with <c>linkpath</c> in front, the order of every published package; §3.1.4 rule 7 names the other
/// one, so a reader takes both. A path that the ustar prefix can help out needs no record of its own.
/// </remarks>
internal static class PaxRecords
{
    /// <summary>Bytes the largest legitimate record block has: two paths at their limit and their framing.</summary>
    internal const int MaximumSize = 2 * (Limits.PathBytes + 32);

    /// <summary>Whether the entry cannot do without a record block.</summary>
    internal static bool Needed(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target) =>
        target.Length > TarHeaderBlock.NameSize
        || (name.Length > TarHeaderBlock.NameSize && UstarPrefix.Split(name) < 0);

    /// <summary>The records' bytes, without block padding.</summary>
    internal static byte[] Format(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        byte[] records = new byte[FormattedSize(name.Length, target.Length)];
        int targetSize = FormattedSize(0, target.Length);
        if (targetSize > 0)
        {
            WriteRecord(records.AsSpan(0, targetSize), "linkpath"u8, target);
        }

        if (targetSize < records.Length)
        {
            WriteRecord(records.AsSpan(targetSize), "path"u8, name);
        }

        return records;
    }

    /// <summary>Bytes of <see cref="Format"/>'s result, computed without building it; the order does not matter.</summary>
    internal static int FormattedSize(int nameLength, int targetLength) =>
        (nameLength > TarHeaderBlock.NameSize ? RecordSize("path".Length, nameLength) : 0)
        + (targetLength > TarHeaderBlock.NameSize ? RecordSize("linkpath".Length, targetLength) : 0);

    /// <summary>The name the record block's own header carries.</summary>
    internal static byte[] HeaderName(ReadOnlySpan<byte> name)
    {
        int cut = name.LastIndexOf((byte)'/') + 1;
        var joined = new List<byte>(name.Length + 16);
        joined.AddRange(name[..cut]);
        joined.AddRange("PaxHeaders.0/"u8);
        joined.AddRange(name[cut..]);

        var ascii = new List<byte>(TarHeaderBlock.NameSize);
        foreach (byte b in joined)
        {
            if (b < 0x80 && ascii.Count < TarHeaderBlock.NameSize)
            {
                ascii.Add(b);
            }
        }

        while (ascii is [.., (byte)'/'])
        {
            ascii.RemoveAt(ascii.Count - 1);
        }

        return [.. ascii];
    }

    /// <summary>Reads record bytes back.</summary>
    /// <returns>A sentence about what is wrong, or null.</returns>
    internal static string? TryRead(ReadOnlySpan<byte> records, out byte[]? path, out byte[]? linkPath)
    {
        path = null;
        linkPath = null;
        while (records.Length > 0)
        {
            int blank = records.IndexOf((byte)' ');
            if (
                blank is <= 0 or > 5
                || !Utf8Parser.TryParse(records[..blank], out int length, out int used)
                || used != blank
                || records[0] == (byte)'0'
                || length <= blank + 2
                || length > records.Length
                || records[length - 1] != (byte)'\n'
            )
            {
                return "a pax record is malformed";
            }

            ReadOnlySpan<byte> pair = records[(blank + 1)..(length - 1)];
            int equals = pair.IndexOf((byte)'=');
            ReadOnlySpan<byte> key = equals < 0 ? pair : pair[..equals];
            if (equals >= 0 && key.SequenceEqual("path"u8) && path is null)
            {
                path = pair[(equals + 1)..].ToArray();
            }
            else if (equals >= 0 && key.SequenceEqual("linkpath"u8) && linkPath is null)
            {
                linkPath = pair[(equals + 1)..].ToArray();
            }
            else
            {
                return "a pax header may hold one path record and one linkpath record and no other";
            }

            records = records[length..];
        }

        return null;
    }

    private static int RecordSize(int keyLength, int valueLength)
    {
        // The length counts its own digits: blank, equals sign and newline make three more bytes.
        int rest = keyLength + valueLength + 3;
        int size = rest + Digits(rest);
        return rest + Digits(size);
    }

    private static int Digits(int value) =>
        value < 10 ? 1
        : value < 100 ? 2
        : value < 1000 ? 3
        : value < 10000 ? 4
        : 5;

    private static void WriteRecord(Span<byte> record, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Utf8Formatter.TryFormat(record.Length, record, out int at);
        record[at++] = (byte)' ';
        key.CopyTo(record[at..]);
        at += key.Length;
        record[at++] = (byte)'=';
        value.CopyTo(record[at..]);
        record[^1] = (byte)'\n';
    }
}
