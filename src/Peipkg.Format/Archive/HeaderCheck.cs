using Peipkg.Format.Text;

namespace Peipkg.Format.Archive;

/// <summary>
/// Compares the headers of an entry with the ones its content prescribes. Since a producer has no choice in any byte, they
/// are checked by writing what must stand there; the known forms of other producers are noted, for the edition to judge.
/// </summary>
internal sealed class HeaderCheck
{
    private static readonly TarField[] Free =
    [
        TarHeader.Mode,
        TarHeader.UserId,
        TarHeader.GroupId,
        TarHeader.Time,
        TarHeader.UserName,
        TarHeader.GroupName,
    ];

    private readonly byte[] _expected = new byte[TarHeader.Size];

    /// <summary>The forms met so far.</summary>
    internal HeaderFormLog Forms { get; } = new();

    /// <summary>Checks one entry's headers.</summary>
    /// <param name="entry">What the headers say.</param>
    /// <param name="target">The symlink's target in UTF-8.</param>
    /// <param name="time">The time that the entry must have.</param>
    /// <param name="block">The entry's own header.</param>
    /// <param name="extended">The header of its pax records; empty where there is none.</param>
    /// <param name="records">The pax records.</param>
    /// <exception cref="FormatViolationException">The headers differ in more than their form.</exception>
    internal void Check(
        TarEntry entry,
        ReadOnlySpan<byte> target,
        long time,
        ReadOnlySpan<byte> block,
        ReadOnlySpan<byte> extended,
        PaxRecords records
    )
    {
        string place = DisplayText.Escape(entry.Name);
        CheckKind(entry, target, place);
        CheckRecords(entry.WireName, target, extended.Length > 0, records, place);
        CheckEntry(entry, target, time, block, records.Kinds, place);
        if (extended.Length > 0)
        {
            CheckExtended(entry.WireName, extended, place);
        }
    }

    private static void CheckKind(TarEntry entry, ReadOnlySpan<byte> target, string place)
    {
        bool directory = entry.Type == TarEntryType.Directory;
        if (directory != entry.Name.EndsWith('/'))
        {
            throw new FormatViolationException(
                "tar-header",
                place,
                directory
                    ? "a directory's name must end with a slash"
                    : "a name that ends with a slash is a directory's, but the entry is not a directory"
            );
        }

        if (entry.Type != TarEntryType.Symlink && target.Length > 0)
        {
            throw new FormatViolationException(
                "tar-header",
                place,
                "the header's linkname field is for symlinks, and this is not one"
            );
        }
    }

    private static bool MayHaveRecord(ReadOnlySpan<byte> value) =>
        value.Length > TarHeader.NameSize || !System.Text.Ascii.IsValid(value);

    private void CheckRecords(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> target,
        bool extended,
        PaxRecords records,
        string place
    )
    {
        if (
            (extended && records.Kinds == RecordsNeeded.None)
            || (records.Path is not null && !MayHaveRecord(name))
            || (records.LinkPath is not null && !MayHaveRecord(target))
        )
        {
            throw new FormatViolationException(
                "pax-records",
                place,
                "a pax record is written only for names and targets over 100 bytes"
            );
        }

        if (extended && records.Path is null && name.Length > TarHeader.NameSize)
        {
            throw new FormatViolationException(
                "pax-records",
                place,
                "the pax header must hold the name too, which has over 100 bytes"
            );
        }

        if (records.Path is not null && records.LinkPath is not null)
        {
            Forms.Note(records.LinkFirst ? HeaderForm.LinkRecordFirst : HeaderForm.PathRecordFirst, place);
        }

        if (IsShort(records.Path) || IsShort(records.LinkPath))
        {
            Forms.Note(HeaderForm.ShortRecord, place);
        }
        else if (records.Kinds == RecordsNeeded.Path && UstarPrefix.Split(name) >= 0)
        {
            Forms.Note(HeaderForm.RecordForPrefix, place);
        }
    }

    private static bool IsShort(byte[]? record) => record?.Length <= TarHeader.NameSize;

    private void CheckEntry(
        TarEntry entry,
        ReadOnlySpan<byte> target,
        long time,
        ReadOnlySpan<byte> block,
        RecordsNeeded records,
        string place
    )
    {
        TarHeaderWriter.WriteEntry(_expected, entry.WireName, entry.Type, entry.Size, time, target, records);
        if (records == RecordsNeeded.None && entry.WireName.Length > TarHeader.NameSize)
        {
            Forms.Note(HeaderForm.PrefixField, place);
        }

        TakeStandIn(TarHeader.Name, records.HasFlag(RecordsNeeded.Path), entry.WireName.Length, block, place);
        TakeStandIn(TarHeader.LinkName, records.HasFlag(RecordsNeeded.LinkPath), target.Length, block, place);
        if (TarHeader.Type.In(block)[0] == (byte)TarEntryType.OldFile)
        {
            TarHeader.Type.In(_expected.AsSpan())[0] = (byte)TarEntryType.OldFile;
            Forms.Note(HeaderForm.NulType, place);
        }

        if (TakeNul(TarHeader.DeviceMajor, block) | TakeNul(TarHeader.DeviceMinor, block))
        {
            Forms.Note(HeaderForm.NulDevices, place);
        }

        Compare(block, "tar-header", place);
    }

    // What a short name's record replaces is part of that habit, whatever it is.
    private void TakeStandIn(TarField field, bool replaced, int length, ReadOnlySpan<byte> block, string place)
    {
        if (replaced && Take(field, block) && length > TarHeader.NameSize)
        {
            Forms.Note(HeaderForm.OtherStandIn, place);
        }
    }

    private bool TakeNul(TarField field, ReadOnlySpan<byte> block) =>
        !field.In(block).ContainsAnyExcept((byte)0) && Take(field, block);

    /// <summary>Lets a field be as it is; whether it differed.</summary>
    private bool Take(TarField field, ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> found = field.In(block);
        Span<byte> expected = field.In(_expected.AsSpan());
        bool differs = !found.SequenceEqual(expected);
        found.CopyTo(expected);
        return differs;
    }

    private void CheckExtended(byte[] name, ReadOnlySpan<byte> block, string place)
    {
        TarHeaderReader.TryReadOctal(TarHeader.ContentSize.In(block), out long size);
        byte[] inside = PaxRecords.HeaderName(name, inside: true);
        byte[] beside = PaxRecords.HeaderName(name, inside: false);
        bool isInside = TarHeaderReader.ReadText(TarHeader.Name.In(block)).SequenceEqual(inside);
        TarHeaderWriter.WriteExtended(_expected, isInside ? inside : beside, size);
        if (!inside.AsSpan().SequenceEqual(beside))
        {
            Forms.Note(isInside ? HeaderForm.NamedInside : HeaderForm.NamedBeside, place);
        }

        bool differs = false;
        foreach (TarField field in Free)
        {
            differs |= Take(field, block);
        }

        if (differs)
        {
            Forms.Note(HeaderForm.ExtendedFields, place);
        }

        Compare(block, "pax-header", place);
    }

    private void Compare(ReadOnlySpan<byte> block, string rule, string place)
    {
        if (block.SequenceEqual(_expected))
        {
            return;
        }

        TarHeaderWriter.WriteChecksum(_expected);
        if (!block.SequenceEqual(_expected))
        {
            throw new FormatViolationException(rule, place, TarHeaderReader.Explain(block, _expected));
        }
    }
}
