namespace Peipkg.Build.Elf;

/// <summary>
/// The entries of a dynamic section with the strings that they name. Where a tag that counts once comes several times, the
/// last one counts, as for the loader.
/// </summary>
internal sealed class ElfDynamic
{
    internal const ulong Needed = 1;
    internal const ulong Soname = 14;
    internal const ulong RunPath = 15;
    internal const ulong NewRunPath = 29;
    internal const ulong Definitions = 0x6ffffffc;
    internal const ulong DefinitionCount = 0x6ffffffd;
    internal const ulong Needs = 0x6ffffffe;
    internal const ulong NeedCount = 0x6fffffff;

    private const ulong End = 0;
    private const ulong Strings = 5;
    private const ulong StringsSize = 10;
    private const int MostEntries = 1 << 16;

    private readonly ElfMemory _memory;
    private readonly List<(ulong Tag, ulong Value)> _entries = [];

    private ElfDynamic(ElfMemory memory) => _memory = memory;

    /// <summary>What keeps the section from being read; null where all is well.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Reads the section of a segment.</summary>
    internal static ElfDynamic Read(ElfMemory memory, ElfSegment segment, ElfEncoding encoding)
    {
        ElfDynamic dynamic = new(memory);
        int size = 2 * encoding.AddressSize;
        Span<byte> entry = stackalloc byte[size];
        for (ulong at = 0; ; at += (ulong)size)
        {
            if (dynamic._entries.Count == MostEntries)
            {
                dynamic.Fault = "its dynamic section has more entries than any linker writes";
                break;
            }

            // Only so much of the segment counts as the file has.
            if (at + (ulong)size > segment.FileSize)
            {
                break;
            }

            if (!memory.TryRead(unchecked(segment.Address + at), entry))
            {
                dynamic.Fault = "its dynamic section does not lie in what the loader maps";
                break;
            }

            ulong tag = encoding.Address(entry);
            if (tag == End)
            {
                break;
            }

            dynamic._entries.Add((tag, encoding.Address(entry[encoding.AddressSize..])));
        }

        return dynamic;
    }

    /// <summary>The value of a tag, or null.</summary>
    internal ulong? Value(ulong tag)
    {
        int at = _entries.FindLastIndex(entry => entry.Tag == tag);
        return at < 0 ? null : _entries[at].Value;
    }

    /// <summary>The strings of every entry with a tag; those that cannot be read are left out and become the fault.</summary>
    internal List<string> Names(ulong tag)
    {
        List<string> names = [];
        foreach ((ulong found, ulong value) in _entries)
        {
            if (found != tag)
            {
                continue;
            }

            if (Name(value) is { } name)
            {
                names.Add(name);
            }
            else
            {
                Fault ??= "a name in its dynamic section lies outside of its string table";
            }
        }

        return names;
    }

    /// <summary>The string at a place of the string table, or null.</summary>
    internal string? Name(ulong at) =>
        Value(Strings) is { } table ? _memory.ReadName(table, Value(StringsSize), at) : null;
}
