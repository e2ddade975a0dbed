namespace Peipkg.Build.Elf;

/// <summary>
/// What the section headers of an ELF file tell of its debug information. Whatever the file claims, only so much of it is
/// read as linkers write; what makes no sense is taken for absent.
/// </summary>
/// <param name="Type">The value of <c>e_type</c>.</param>
/// <param name="Machine">The value of <c>e_machine</c>.</param>
/// <param name="HasDebug">Whether it holds what compilers write for debuggers.</param>
/// <param name="HasSymbols">Whether it holds names of everything, which programs do without.</param>
/// <param name="BuildId">The identity that the linker gave it, in hexadecimal digits; null if it gave none.</param>
internal sealed record ElfDebug(int Type, int Machine, bool HasDebug, bool HasSymbols, string? BuildId)
{
    /// <summary>The type of an object file; a kernel module is one.</summary>
    internal const int Relocatable = 1;

    private const int Executable = 2;
    private const int SharedObject = 3;
    private const int WideHeader = 64;
    private const int NarrowHeader = 52;
    private const int WideSection = 64;
    private const int NarrowSection = 40;

    // With a section for each function, the largest object files have some hundred thousand.
    private const ulong MostSections = 500_000;

    // A few of them is what linkers write; many that say nothing would only cost time.
    private const int MostNotes = 64;
    private const uint Symbols = 2;
    private const uint Note = 7;
    private const uint NoBits = 8;
    private const ulong Loaded = 2;

    /// <summary>Whether a loader takes it.</summary>
    internal bool IsLinked => Type is Executable or SharedObject;

    /// <summary>Reads a file.</summary>
    /// <param name="file">Seekable.</param>
    /// <returns>Null where it is no ELF file.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static ElfDebug? Read(Stream file)
    {
        PagedBytes bytes = new(file);
        Span<byte> header = stackalloc byte[WideHeader];
        if (
            !bytes.TryRead(0, header[..NarrowHeader])
            || !header.StartsWith(ElfReader.Magic)
            || header[4] is not (1 or 2)
            || header[5] is not (1 or 2)
        )
        {
            return null;
        }

        ElfEncoding encoding = new(IsWide: header[4] == 2, IsBigEndian: header[5] == 2);
        return encoding.IsWide && !bytes.TryRead(0, header) ? null : Read(bytes, header, encoding);
    }

    private static ElfDebug Read(PagedBytes file, ReadOnlySpan<byte> header, ElfEncoding encoding)
    {
        ElfDebug found = new(encoding.Half(header[16..]), encoding.Half(header[18..]), false, false, null);
        ulong table = encoding.Address(header[(encoding.IsWide ? 40 : 32)..]);
        int size = encoding.Half(header[(encoding.IsWide ? 58 : 46)..]);
        ulong count = encoding.Half(header[(encoding.IsWide ? 60 : 48)..]);
        ulong names = encoding.Half(header[(encoding.IsWide ? 62 : 50)..]);
        Span<byte> section = stackalloc byte[WideSection];
        section = section[..(encoding.IsWide ? WideSection : NarrowSection)];
        if (table == 0 || size != section.Length || !file.TryRead(table, section))
        {
            return found;
        }

        // Numbers that are too large for the header stand in the first section's.
        count = count == 0 ? Section.Of(section, encoding).Size : count;
        names = names == 0xffff ? Section.Of(section, encoding).Link : names;
        if (names >= count || count > MostSections || !file.TryRead(table + (names * (ulong)size), section))
        {
            return found;
        }

        ulong text = Section.Of(section, encoding).Offset;
        int notes = 0;
        for (ulong i = 1; i < count && file.TryRead(table + (i * (ulong)size), section); i++)
        {
            Section one = Section.Of(section, encoding);
            found = found with
            {
                HasDebug =
                    found.HasDebug
                    || (
                        one.Type != NoBits
                        && (one.Flags & Loaded) == 0
                        && one.Size > 0
                        && IsDebug(file, text + one.Name)
                    ),
                HasSymbols = found.HasSymbols || one.Type == Symbols,
                BuildId =
                    found.BuildId
                    ?? (one.Type == Note && notes++ < MostNotes ? ReadBuildId(file, one, encoding) : null),
            };
        }

        return found;
    }

    private static bool IsDebug(PagedBytes file, ulong name)
    {
        Span<byte> start = stackalloc byte[7];
        return file.TryRead(name, start) && (start.SequenceEqual(".debug_"u8) || start.SequenceEqual(".zdebug"u8));
    }

    // Notes one after the other: two lengths, a kind, the name and what is noted, each filled up to four bytes.
    private static string? ReadBuildId(PagedBytes file, Section section, ElfEncoding encoding)
    {
        const ulong LongestNote = 1 << 16;
        const int LongestId = 64;
        const uint BuildIdKind = 3;
        Span<byte> head = stackalloc byte[16];
        for (ulong at = 0; at + 16 <= Math.Min(section.Size, LongestNote); )
        {
            if (!file.TryRead(section.Offset + at, head))
            {
                return null;
            }

            uint nameLength = encoding.Word(head);
            uint length = encoding.Word(head[4..]);
            if (encoding.Word(head[8..]) == BuildIdKind && head[12..].SequenceEqual("GNU\0"u8) && nameLength == 4)
            {
                byte[] id = new byte[Math.Min(length, LongestId)];
                return length is > 1 and <= LongestId && file.TryRead(section.Offset + at + 16, id)
                    ? Convert.ToHexStringLower(id)
                    : null;
            }

            at += 12 + ((nameLength + 3ul) & ~3ul) + ((length + 3ul) & ~3ul);
        }

        return null;
    }

    private readonly struct Section(uint name, uint type, ulong flags, ulong offset, ulong size, uint link)
    {
        internal readonly uint Name = name;
        internal readonly uint Type = type;
        internal readonly ulong Flags = flags;
        internal readonly ulong Offset = offset;
        internal readonly ulong Size = size;
        internal readonly uint Link = link;

        internal static Section Of(ReadOnlySpan<byte> bytes, ElfEncoding encoding) =>
            encoding.IsWide
                ? new(
                    encoding.Word(bytes),
                    encoding.Word(bytes[4..]),
                    encoding.Address(bytes[8..]),
                    encoding.Address(bytes[24..]),
                    encoding.Address(bytes[32..]),
                    encoding.Word(bytes[40..])
                )
                : new(
                    encoding.Word(bytes),
                    encoding.Word(bytes[4..]),
                    encoding.Address(bytes[8..]),
                    encoding.Address(bytes[16..]),
                    encoding.Address(bytes[20..]),
                    encoding.Word(bytes[24..])
                );
    }
}
