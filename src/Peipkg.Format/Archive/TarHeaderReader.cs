using System.Globalization;
using System.Text;

namespace Peipkg.Format.Archive;

/// <summary>Takes header blocks apart and says what is wrong with them.</summary>
internal static class TarHeaderReader
{
    /// <summary>Whether the checksum fits the block's other bytes, which says whether a block is a header at all.</summary>
    internal static bool ChecksumFits(ReadOnlySpan<byte> block)
    {
        Span<byte> expected = stackalloc byte[TarHeader.Checksum.Length];
        TarHeaderWriter.FormatChecksum(expected, block);
        return TarHeader.Checksum.In(block).SequenceEqual(expected);
    }

    /// <summary>Reads a field of eleven octal digits and a NUL.</summary>
    internal static bool TryReadOctal(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        foreach (byte digit in field[..TarHeader.OctalDigits])
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return field[TarHeader.OctalDigits] == 0;
    }

    /// <summary>The bytes of a NUL-filled text field.</summary>
    internal static ReadOnlySpan<byte> ReadText(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>The name that the prefix and name fields hold together.</summary>
    internal static ReadOnlySpan<byte> ReadName(ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> name = ReadText(TarHeader.Name.In(block));
        ReadOnlySpan<byte> prefix = ReadText(TarHeader.Prefix.In(block));
        return prefix.IsEmpty ? name : (byte[])[.. prefix, (byte)'/', .. name];
    }

    /// <summary>What an entry of a type that packages do not hold is, in words; null for the types they hold.</summary>
    internal static string? ForeignType(byte type) =>
        type switch
        {
            (byte)TarEntryType.File
            or (byte)TarEntryType.OldFile
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
            _ => string.Create(CultureInfo.InvariantCulture, $"an entry of the unknown type 0x{type:x2}"),
        };

    /// <summary>Says in words how a block differs from the one that must stand there.</summary>
    internal static string Explain(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected)
    {
        foreach (TarField field in TarHeader.Fields)
        {
            ReadOnlySpan<byte> found = field.In(actual);
            ReadOnlySpan<byte> wanted = field.In(expected);
            if (!found.SequenceEqual(wanted))
            {
                return $"the header's {field.Name} field is {Quote(found)}, must be {Quote(wanted)}";
            }
        }

        return "the header differs from the prescribed one";
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
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            }
        }

        return quoted.Append('"').ToString();
    }
}
