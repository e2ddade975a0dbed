using System.Buffers.Text;

namespace Peipkg.Format.Tar;

/// <summary>
/// The pax records of one entry: <c>path</c>, then <c>linkpath</c>, each only where the value does not fit its field of
/// 100 bytes (§3.1.4 rules 7 and 12).
/// </summary>
internal static class PaxRecords
{
    /// <summary>Bytes the largest legitimate record block has: two paths at their limit and their framing.</summary>
    internal const int MaximumSize = 2 * (Limits.PathBytes + 32);

    internal static bool Needed(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
        => name.Length > TarHeaderBlock.NameSize || target.Length > TarHeaderBlock.NameSize;

    /// <summary>The records' bytes, without block padding.</summary>
    internal static byte[] Format(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        int nameSize = name.Length > TarHeaderBlock.NameSize ? RecordSize("path".Length, name.Length) : 0;
        int targetSize = target.Length > TarHeaderBlock.NameSize ? RecordSize("linkpath".Length, target.Length) : 0;
        byte[] records = new byte[nameSize + targetSize];
        if (nameSize > 0)
        {
            WriteRecord(records.AsSpan(0, nameSize), "path"u8, name);
        }

        if (targetSize > 0)
        {
            WriteRecord(records.AsSpan(nameSize), "linkpath"u8, target);
        }

        return records;
    }

    /// <summary>Bytes of <see cref="Format"/>'s result, computed without building it.</summary>
    internal static int FormattedSize(int nameLength, int targetLength)
        => (nameLength > TarHeaderBlock.NameSize ? RecordSize("path".Length, nameLength) : 0)
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
            if (blank is <= 0 or > 5 || !Utf8Parser.TryParse(records[..blank], out int length, out int used)
                || used != blank || records[0] == (byte)'0' || length <= blank + 2 || length > records.Length
                || records[length - 1] != (byte)'\n')
            {
                return "a pax record is malformed";
            }

            ReadOnlySpan<byte> pair = records[(blank + 1)..(length - 1)];
            int equals = pair.IndexOf((byte)'=');
            ReadOnlySpan<byte> key = equals < 0 ? pair : pair[..equals];
            if (equals >= 0 && key.SequenceEqual("path"u8) && path is null && linkPath is null)
            {
                path = pair[(equals + 1)..].ToArray();
            }
            else if (equals >= 0 && key.SequenceEqual("linkpath"u8) && linkPath is null)
            {
                linkPath = pair[(equals + 1)..].ToArray();
            }
            else
            {
                return "only one path record and then one linkpath record may stand in a pax header";
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

    private static int Digits(int value) => value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10000 ? 4 : 5;

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
