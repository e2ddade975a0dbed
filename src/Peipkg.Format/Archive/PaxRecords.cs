using System.Buffers.Text;

namespace Peipkg.Format.Archive;

/// <summary>The pax records of one entry: its path, its link target, or both, and no other (§3.1.4 rule 12).</summary>
/// <param name="Path">The value of the <c>path</c> record, or null.</param>
/// <param name="LinkPath">The value of the <c>linkpath</c> record, or null.</param>
/// <param name="LinkFirst">Whether <c>linkpath</c> comes before <c>path</c>.</param>
internal readonly record struct PaxRecords(byte[]? Path, byte[]? LinkPath, bool LinkFirst)
{
    /// <summary>Bytes that the largest legitimate records have: two paths at their limit and their framing.</summary>
    internal const int MaximumSize = 2 * (Limits.PathBytes + 32);

    /// <summary>Which records there are.</summary>
    internal RecordsNeeded Kinds =>
        (Path is null ? RecordsNeeded.None : RecordsNeeded.Path)
        | (LinkPath is null ? RecordsNeeded.None : RecordsNeeded.LinkPath);

    /// <summary>Which records an entry cannot do without.</summary>
    internal static RecordsNeeded Needed(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target, HeaderRules rules)
    {
        if (target.Length > TarHeader.NameSize)
        {
            return name.Length > TarHeader.NameSize
                ? RecordsNeeded.Path | RecordsNeeded.LinkPath
                : RecordsNeeded.LinkPath;
        }

        return
            name.Length <= TarHeader.NameSize
            || (rules.Written.Contains(HeaderForm.PrefixField) && UstarPrefix.Split(name) >= 0)
            ? RecordsNeeded.None
            : RecordsNeeded.Path;
    }

    /// <summary>The records' bytes, without block padding.</summary>
    internal static byte[] Format(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> target,
        RecordsNeeded needed,
        HeaderRules rules
    )
    {
        byte[] records = new byte[FormattedSize(name.Length, target.Length, needed)];
        Span<byte> rest = records;
        bool linkFirst = rules.Written.Contains(HeaderForm.LinkRecordFirst);
        foreach (RecordsNeeded kind in (ReadOnlySpan<RecordsNeeded>)[RecordsNeeded.LinkPath, RecordsNeeded.Path])
        {
            RecordsNeeded next = linkFirst ? kind : kind ^ (RecordsNeeded.Path | RecordsNeeded.LinkPath);
            if (needed.HasFlag(next))
            {
                int size = FormattedSize(name.Length, target.Length, next);
                WriteRecord(rest[..size], KeyOf(next), next == RecordsNeeded.Path ? name : target);
                rest = rest[size..];
            }
        }

        return records;
    }

    /// <summary>Bytes of <see cref="Format"/>'s result, computed without building it.</summary>
    internal static int FormattedSize(int nameLength, int targetLength, RecordsNeeded needed) =>
        (needed.HasFlag(RecordsNeeded.Path) ? RecordSize(KeyOf(RecordsNeeded.Path).Length, nameLength) : 0)
        + (needed.HasFlag(RecordsNeeded.LinkPath) ? RecordSize(KeyOf(RecordsNeeded.LinkPath).Length, targetLength) : 0);

    /// <summary>The name that the records' own header carries.</summary>
    /// <param name="name">The entry's wire name.</param>
    /// <param name="inside">
    /// Whether a directory's header is named as if it lay in it, <c>dir/PaxHeaders.0</c>; otherwise <c>PaxHeaders.0/dir</c>.
    /// </param>
    internal static byte[] HeaderName(ReadOnlySpan<byte> name, bool inside)
    {
        if (!inside && name.EndsWith((byte)'/'))
        {
            name = name[..^1];
        }

        int cut = name.LastIndexOf((byte)'/') + 1;
        var joined = new List<byte>(name.Length + 16);
        joined.AddRange(name[..cut]);
        joined.AddRange("PaxHeaders.0/"u8);
        joined.AddRange(name[cut..]);

        var ascii = new List<byte>(TarHeader.NameSize);
        foreach (byte b in joined)
        {
            if (b < 0x80 && ascii.Count < TarHeader.NameSize)
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
    internal static string? TryRead(ReadOnlySpan<byte> bytes, out PaxRecords records)
    {
        records = default;
        while (bytes.Length > 0)
        {
            int blank = bytes.IndexOf((byte)' ');
            if (
                blank is <= 0 or > 5
                || !Utf8Parser.TryParse(bytes[..blank], out int length, out int used)
                || used != blank
                || bytes[0] == (byte)'0'
                || length <= blank + 2
                || length > bytes.Length
                || bytes[length - 1] != (byte)'\n'
            )
            {
                return "a pax record is malformed";
            }

            ReadOnlySpan<byte> pair = bytes[(blank + 1)..(length - 1)];
            int equals = pair.IndexOf((byte)'=');
            ReadOnlySpan<byte> key = equals < 0 ? pair : pair[..equals];
            if (equals >= 0 && key.SequenceEqual("path"u8) && records.Path is null)
            {
                records = records with
                {
                    Path = pair[(equals + 1)..].ToArray(),
                    LinkFirst = records.LinkPath is not null,
                };
            }
            else if (equals >= 0 && key.SequenceEqual("linkpath"u8) && records.LinkPath is null)
            {
                records = records with { LinkPath = pair[(equals + 1)..].ToArray() };
            }
            else
            {
                return "a pax header may hold one path record and one linkpath record and no other";
            }

            bytes = bytes[length..];
        }

        return null;
    }

    private static ReadOnlySpan<byte> KeyOf(RecordsNeeded kind) => kind == RecordsNeeded.Path ? "path"u8 : "linkpath"u8;

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
