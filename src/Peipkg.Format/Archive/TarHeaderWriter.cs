namespace Peipkg.Format.Archive;

/// <summary>Writes header blocks. The format leaves a producer no choice in any of their bytes (§3.1.4, 5.11).</summary>
internal static class TarHeaderWriter
{
    /// <summary>Writes the header of a payload or metadata entry.</summary>
    /// <param name="block">512 bytes, overwritten whole.</param>
    /// <param name="name">The wire name in UTF-8, of any length.</param>
    /// <param name="type">Anything but <see cref="TarEntryType.PaxRecords"/>.</param>
    /// <param name="size">Content bytes; zero for directories and symlinks.</param>
    /// <param name="time">Unix seconds.</param>
    /// <param name="target">The symlink's target in UTF-8, or empty.</param>
    /// <param name="records">What the pax records before this header hold; the fields they replace get a stand-in.</param>
    internal static void WriteEntry(
        Span<byte> block,
        ReadOnlySpan<byte> name,
        TarEntryType type,
        long size,
        long time,
        ReadOnlySpan<byte> target,
        RecordsNeeded records
    )
    {
        block.Clear();
        int slash = records == RecordsNeeded.None ? UstarPrefix.Split(name) : -1;
        name[..Math.Max(slash, 0)].CopyTo(TarHeader.Prefix.In(block));
        WriteName(TarHeader.Name.In(block), name[(slash + 1)..], replaced: records.HasFlag(RecordsNeeded.Path));
        "0000777"u8.CopyTo(TarHeader.Mode.In(block));
        "0000000"u8.CopyTo(TarHeader.UserId.In(block));
        "0000000"u8.CopyTo(TarHeader.GroupId.In(block));
        WriteOctal(TarHeader.ContentSize.In(block)[..TarHeader.OctalDigits], size);
        WriteOctal(TarHeader.Time.In(block)[..TarHeader.OctalDigits], time);
        TarHeader.Type.In(block)[0] = (byte)type;
        WriteName(TarHeader.LinkName.In(block), target, replaced: records.HasFlag(RecordsNeeded.LinkPath));
        "root"u8.CopyTo(TarHeader.UserName.In(block));
        "root"u8.CopyTo(TarHeader.GroupName.In(block));
        "0000000"u8.CopyTo(TarHeader.DeviceMajor.In(block));
        "0000000"u8.CopyTo(TarHeader.DeviceMinor.In(block));
        WriteMagicAndChecksum(block);
    }

    /// <summary>Writes the header of a block of pax records; owners and devices are empty there.</summary>
    /// <param name="block">512 bytes, overwritten whole.</param>
    /// <param name="name">The extended header's own name, at most 100 bytes.</param>
    /// <param name="size">Bytes of the records.</param>
    internal static void WriteExtended(Span<byte> block, ReadOnlySpan<byte> name, long size)
    {
        block.Clear();
        name.CopyTo(TarHeader.Name.In(block));
        "0000000"u8.CopyTo(TarHeader.Mode.In(block));
        "0000000"u8.CopyTo(TarHeader.UserId.In(block));
        "0000000"u8.CopyTo(TarHeader.GroupId.In(block));
        WriteOctal(TarHeader.ContentSize.In(block)[..TarHeader.OctalDigits], size);
        WriteOctal(TarHeader.Time.In(block)[..TarHeader.OctalDigits], 0);
        TarHeader.Type.In(block)[0] = (byte)TarEntryType.PaxRecords;
        WriteMagicAndChecksum(block);
    }

    /// <summary>Writes the checksum that fits a block's other bytes.</summary>
    internal static void WriteChecksum(Span<byte> block) => FormatChecksum(TarHeader.Checksum.In(block), block);

    /// <summary>The checksum that fits a block's other bytes: six octal digits, NUL, blank.</summary>
    internal static void FormatChecksum(Span<byte> field, ReadOnlySpan<byte> block)
    {
        int sum = TarHeader.SumOf(block);
        WriteOctal(field[..6], sum);
        field[6] = 0;
        field[7] = (byte)' ';
    }

    private static void WriteMagicAndChecksum(Span<byte> block)
    {
        "ustar\0"u8.CopyTo(TarHeader.Magic.In(block));
        "00"u8.CopyTo(TarHeader.Version.In(block));
        WriteChecksum(block);
    }

    private static void WriteName(Span<byte> field, ReadOnlySpan<byte> name, bool replaced)
    {
        if (!replaced)
        {
            name.CopyTo(field);
            return;
        }

        // The whole name is in the pax record; this is what readers that do not know pax see.
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

        // Old readers take a trailing slash for a directory, so a cut must not fall after one.
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
}
