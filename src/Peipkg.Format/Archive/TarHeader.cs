namespace Peipkg.Format.Archive;

/// <summary>The layout of a ustar header block (POSIX.1-1988): every offset of the archive stands here and nowhere else.</summary>
internal static class TarHeader
{
    /// <summary>Bytes of a block: of a header, and the unit to which content is padded.</summary>
    internal const int Size = 512;

    /// <summary>Bytes of the name and linkname fields; anything longer goes into the prefix field or a pax record.</summary>
    internal const int NameSize = 100;

    /// <summary>Bytes of the prefix field.</summary>
    internal const int PrefixSize = 155;

    /// <summary>Digits of a size or time; a NUL follows them.</summary>
    internal const int OctalDigits = 11;

    /// <summary>The largest size that eleven octal digits hold: 8 GiB less one byte.</summary>
    internal const long MaximumSize = (1L << 33) - 1;

    internal static readonly TarField Name = new("name", 0, NameSize);
    internal static readonly TarField Mode = new("mode", 100, 8);
    internal static readonly TarField UserId = new("uid", 108, 8);
    internal static readonly TarField GroupId = new("gid", 116, 8);
    internal static readonly TarField ContentSize = new("size", 124, OctalDigits + 1);
    internal static readonly TarField Time = new("mtime", 136, OctalDigits + 1);
    internal static readonly TarField Checksum = new("checksum", 148, 8);
    internal static readonly TarField Type = new("typeflag", 156, 1);
    internal static readonly TarField LinkName = new("linkname", 157, NameSize);
    internal static readonly TarField Magic = new("magic", 257, 6);
    internal static readonly TarField Version = new("version", 263, 2);
    internal static readonly TarField UserName = new("uname", 265, 32);
    internal static readonly TarField GroupName = new("gname", 297, 32);
    internal static readonly TarField DeviceMajor = new("devmajor", 329, 8);
    internal static readonly TarField DeviceMinor = new("devminor", 337, 8);
    internal static readonly TarField Prefix = new("prefix", 345, PrefixSize);
    internal static readonly TarField Padding = new("padding", 500, 12);

    /// <summary>All fields; the checksum comes last, since it differs wherever another field does.</summary>
    internal static readonly TarField[] Fields =
    [
        Name,
        Mode,
        UserId,
        GroupId,
        ContentSize,
        Time,
        Type,
        LinkName,
        Magic,
        Version,
        UserName,
        GroupName,
        DeviceMajor,
        DeviceMinor,
        Prefix,
        Padding,
        Checksum,
    ];

    /// <summary>What a block's bytes sum to, its checksum field counted as blanks.</summary>
    internal static int SumOf(ReadOnlySpan<byte> block)
    {
        // Four sums in the lanes of one word: 128 bytes each, which 16 bits hold.
        const ulong evenBytes = 0x00FF_00FF_00FF_00FF;
        ulong lanes = 0;
        foreach (ulong word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(block[..Size]))
        {
            lanes += (word & evenBytes) + ((word >> 8) & evenBytes);
        }

        int sum = Checksum.Length * ' ';
        for (; lanes != 0; lanes >>= 16)
        {
            sum += (int)(lanes & 0xFFFF);
        }

        foreach (byte own in Checksum.In(block))
        {
            sum -= own;
        }

        return sum;
    }

    /// <summary>The size of content with the padding that fills its last block.</summary>
    internal static long Padded(long size) => (size + Size - 1) & -Size;
}
