using System.Runtime.InteropServices;
using System.Text;

namespace Peipkg.Format.Archive;

/// <summary>
/// One 512-byte header of the archive. The format leaves a producer no choice in any of its bytes, so a header is
/// checked by writing the one that must stand there and comparing.
/// </summary>
internal static class TarHeaderBlock
{
    internal const int Size = 512;
    internal const int NameSize = 100;
    internal const int SizeOffset = 124;
    internal const int TimeOffset = 136;
    internal const int TypeOffset = 156;
    internal const int LinkOffset = 157;
    internal const int OctalSize = 12;
    internal const int PrefixOffset = 345;

    /// <summary>The largest size an octal field of eleven digits holds: 8 GiB less one byte.</summary>
    internal const long MaximumSize = (1L << 33) - 1;

    private const int ChecksumOffset = 148;

    /// <summary>Name, first byte and length of every field, for messages.</summary>
    private static readonly (string Name, int Offset, int Length)[] Fields =
    [
        ("name", 0, NameSize),
        ("mode", 100, 8),
        ("uid", 108, 8),
        ("gid", 116, 8),
        ("size", SizeOffset, OctalSize),
        ("mtime", TimeOffset, OctalSize),
        ("typeflag", TypeOffset, 1),
        ("linkname", LinkOffset, NameSize),
        ("magic", 257, 6),
        ("version", 263, 2),
        ("uname", 265, 32),
        ("gname", 297, 32),
        ("devmajor", 329, 8),
        ("devminor", 337, 8),
        ("prefix", PrefixOffset, UstarPrefix.Size),
        ("padding", 500, 12),
        ("checksum", ChecksumOffset, 8),
    ];

    /// <summary>Writes the header of a payload or metadata entry.</summary>
    /// <param name="block">512 bytes, overwritten whole.</param>
    /// <param name="name">The wire name in UTF-8, of any length.</param>
    /// <param name="type">Anything but <see cref="TarEntryType.PaxRecords"/>.</param>
    /// <param name="size">Content bytes; zero for directories and symlinks.</param>
    /// <param name="time">Unix seconds.</param>
    /// <param name="target">The symlink's target in UTF-8, or empty.</param>
    /// <param name="records">Whether pax records stand in front and hold what is too long for this header.</param>
    internal static void WriteEntry(
        Span<byte> block,
        ReadOnlySpan<byte> name,
        TarEntryType type,
        long size,
        long time,
        ReadOnlySpan<byte> target,
        bool records
    )
    {
        block.Clear();
        int slash = records ? -1 : UstarPrefix.Split(name);
        name[..Math.Max(slash, 0)].CopyTo(block[PrefixOffset..]);
        WriteName(block[..NameSize], name[(slash + 1)..]);
        "0000777"u8.CopyTo(block[100..]);
        "0000000"u8.CopyTo(block[108..]);
        "0000000"u8.CopyTo(block[116..]);
        WriteOctal(block.Slice(SizeOffset, 11), size);
        WriteOctal(block.Slice(TimeOffset, 11), time);
        block[TypeOffset] = (byte)type;
        WriteName(block.Slice(LinkOffset, NameSize), target);
        "root"u8.CopyTo(block[265..]);
        "root"u8.CopyTo(block[297..]);
        "0000000"u8.CopyTo(block[329..]);
        "0000000"u8.CopyTo(block[337..]);
        WriteMagicAndChecksum(block);
    }

    /// <summary>Writes the header of a pax record block; owners and devices are empty there.</summary>
    internal static void WritePax(Span<byte> block, ReadOnlySpan<byte> paxName, long size)
    {
        block.Clear();
        paxName.CopyTo(block);
        "0000000"u8.CopyTo(block[100..]);
        "0000000"u8.CopyTo(block[108..]);
        "0000000"u8.CopyTo(block[116..]);
        WriteOctal(block.Slice(SizeOffset, 11), size);
        WriteOctal(block.Slice(TimeOffset, 11), 0);
        block[TypeOffset] = (byte)TarEntryType.PaxRecords;
        WriteMagicAndChecksum(block);
    }

    /// <summary>Reads an octal field of eleven digits and a NUL.</summary>
    internal static bool TryReadOctal(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        foreach (byte digit in field[..11])
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return field[11] == 0;
    }

    /// <summary>The bytes of a NUL-filled text field.</summary>
    internal static ReadOnlySpan<byte> ReadText(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>Says in words how <paramref name="actual"/> differs from what must stand there.</summary>
    internal static string Explain(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected)
    {
        foreach ((string name, int offset, int length) in Fields)
        {
            ReadOnlySpan<byte> found = actual.Slice(offset, length);
            ReadOnlySpan<byte> wanted = expected.Slice(offset, length);
            if (!found.SequenceEqual(wanted))
            {
                return $"the header's {name} field is {Quote(found)}, must be {Quote(wanted)}";
            }
        }

        return "the header differs from the prescribed one";
    }

    /// <summary>Whether the header's checksum fits its other bytes; says whether a block is a header at all.</summary>
    internal static bool ChecksumFits(ReadOnlySpan<byte> block)
    {
        Span<byte> expected = stackalloc byte[8];
        WriteChecksum(expected, block);
        return block.Slice(ChecksumOffset, 8).SequenceEqual(expected);
    }

    private static void WriteName(Span<byte> field, ReadOnlySpan<byte> name)
    {
        if (name.Length <= field.Length)
        {
            name.CopyTo(field);
            return;
        }

        // The whole name is in the pax record; this is the stand-in for readers that do not know pax.
        int length = 0;
        bool more = false;
        foreach (byte b in name)
        {
            if (b < 0x80)
            {
                if (length == field.Length)
                {
                    more = true;
                    break;
                }

                field[length++] = b;
            }
        }

        // Old readers take a trailing slash for a directory, so a cut must not fall behind one.
        if (more && field[^1] == '/')
        {
            field[field.TrimEnd((byte)'/').Length] = 0;
        }
    }

    private static void WriteOctal(Span<byte> field, long value)
    {
        for (int i = field.Length - 1; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        if (value != 0)
        {
            throw new InvalidOperationException("A value does not fit its octal field; it was to be checked before.");
        }
    }

    private static void WriteMagicAndChecksum(Span<byte> block)
    {
        "ustar\0"u8.CopyTo(block[257..]);
        "00"u8.CopyTo(block[263..]);
        WriteChecksum(block.Slice(ChecksumOffset, 8), block);
    }

    private static void WriteChecksum(Span<byte> field, ReadOnlySpan<byte> block)
    {
        // Four sums in the lanes of one word: 128 bytes each, which 16 bits hold. The field itself counts as blanks.
        const ulong evenBytes = 0x00FF_00FF_00FF_00FF;
        ulong lanes = 0;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(block[..Size]))
        {
            lanes += (word & evenBytes) + ((word >> 8) & evenBytes);
        }

        int sum = 8 * ' ';
        for (; lanes != 0; lanes >>= 16)
        {
            sum += (int)(lanes & 0xFFFF);
        }

        foreach (byte own in block.Slice(ChecksumOffset, 8))
        {
            sum -= own;
        }

        WriteOctal(field[..6], sum);
        field[6] = 0;
        field[7] = (byte)' ';
    }

    private static string Quote(ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> text = field.TrimEnd((byte)0);
        var quoted = new StringBuilder("\"");
        foreach (byte b in text)
        {
            if (b is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\')
            {
                quoted.Append((char)b);
            }
            else
            {
                quoted.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{b:x2}");
            }
        }

        return quoted.Append('"').ToString();
    }
}
