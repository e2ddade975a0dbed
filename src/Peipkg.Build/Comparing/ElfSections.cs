using System.Buffers.Binary;
using System.Text;
using Peipkg.Format.Cryptography;

namespace Peipkg.Build.Comparing;

/// <summary>
/// The sections of little-endian ELF files, by name. The files are untrusted: a malformed file counts as not being ELF,
/// and sizes are not believed before the bytes have been read.
/// </summary>
internal static class ElfSections
{
    private const int HeaderSize = 64;
    private const int MostSections = 10_000;
    private const int LargestNames = 4 << 20;
    private const uint NoBits = 8;

    /// <summary>The sections in which two ELF files differ; none where one of them is not an ELF file.</summary>
    internal static IReadOnlyList<SectionDifference> Compare(Stream first, Stream second)
    {
        if (Read(first) is not { } one || Read(second) is not { } other)
        {
            return [];
        }

        return
        [
            .. one
                .Keys.Union(other.Keys, StringComparer.Ordinal)
                .Where(name =>
                    !one.TryGetValue(name, out (long Size, string Hash) a)
                    || !other.TryGetValue(name, out (long Size, string Hash) b)
                    || a != b
                )
                .Select(name => new SectionDifference(
                    name,
                    one.TryGetValue(name, out (long Size, string Hash) a) ? a.Size : null,
                    other.TryGetValue(name, out (long Size, string Hash) b) ? b.Size : null
                )),
        ];
    }

    /// <summary>Sizes and hashes by name, in the file's order; those of the same name are numbered.</summary>
    private static Dictionary<string, (long Size, string Hash)>? Read(Stream file)
    {
        byte[] header = Piece(file, 0, HeaderSize);
        if (
            header.Length < HeaderSize
            || !header.AsSpan(0, 4).SequenceEqual("\u007fELF"u8)
            || header[5] != 1
            || header[4] is not (1 or 2)
        )
        {
            return null;
        }

        bool wide = header[4] == 2;
        long table = wide
            ? (long)BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(40))
            : BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(32));
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(wide ? 58 : 46));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(wide ? 60 : 48));
        int namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(wide ? 62 : 50));
        if (entrySize < (wide ? 64 : 40) || count is 0 or > MostSections || namesIndex >= count)
        {
            return null;
        }

        byte[] entries = Piece(file, table, entrySize * count);
        if (entries.Length < entrySize * count)
        {
            return null;
        }

        (_, _, long namesAt, long namesSize) = Entry(entries.AsSpan(namesIndex * entrySize), wide);
        byte[] names = Piece(file, namesAt, (int)Math.Clamp(namesSize, 0, LargestNames));
        Dictionary<string, (long Size, string Hash)> sections = new(StringComparer.Ordinal);
        Dictionary<string, int> twins = new(StringComparer.Ordinal);

        // The sections of a well-formed file hardly overlap, so hashing them costs about the size of the file.
        long patience = 2 * file.Length;
        for (int i = 1; i < count; i++)
        {
            (uint nameAt, uint type, long at, long size) = Entry(entries.AsSpan(i * entrySize), wide);
            string name = Name(names, nameAt);
            int twin = twins[name] = twins.GetValueOrDefault(name) + 1;
            patience -= type == NoBits ? 0 : Math.Clamp(size, 0, file.Length);
            sections[twin == 1 ? name : $"{name} #{twin}"] = (
                size,
                type == NoBits || patience < 0 ? "" : Hash(file, at, size)
            );
        }

        return sections;
    }

    private static (uint Name, uint Type, long Offset, long Size) Entry(ReadOnlySpan<byte> entry, bool wide) =>
        (
            BinaryPrimitives.ReadUInt32LittleEndian(entry),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
            wide
                ? (long)BinaryPrimitives.ReadUInt64LittleEndian(entry[24..])
                : BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]),
            wide
                ? (long)BinaryPrimitives.ReadUInt64LittleEndian(entry[32..])
                : BinaryPrimitives.ReadUInt32LittleEndian(entry[20..])
        );

    private static string Name(byte[] names, uint at)
    {
        if (at >= names.Length)
        {
            return "?";
        }

        ReadOnlySpan<byte> rest = names.AsSpan((int)at);
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static string Hash(Stream file, long at, long size)
    {
        if (at < 0 || at > file.Length)
        {
            return "?";
        }

        file.Position = at;
        using Sha256Hasher hash = new();
        byte[] buffer = new byte[64 << 10];
        long left = Math.Min(size, file.Length - at);
        int count;
        while (left > 0 && (count = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length))) > 0)
        {
            hash.Append(buffer.AsSpan(0, count));
            left -= count;
        }

        return hash.Finish().ToString();
    }

    private static byte[] Piece(Stream file, long at, int length)
    {
        if (at < 0 || at > file.Length)
        {
            return [];
        }

        file.Position = at;
        byte[] bytes = new byte[Math.Min(length, file.Length - at)];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
