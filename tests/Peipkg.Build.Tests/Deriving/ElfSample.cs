using System.Buffers.Binary;
using System.Text;

namespace Peipkg.Build.Tests.Deriving;

/// <summary>
/// Makes small ELF files of either class and byte order: one loadable segment with a dynamic section, its strings and the
/// tables of symbol versions. There are no section headers, as in a file that was stripped of them.
/// </summary>
public sealed class ElfSample(bool wide = true, bool big = false)
{
    private const ulong BaseAddress = 0x40_0000;

    private readonly MemoryStream _strings = new();
    private readonly List<(ulong Tag, ulong Value)> _dynamic = [];
    private readonly MemoryStream _content = new();

    public int Type { get; init; } = 3;

    public string? Soname { get; init; }

    public string[] Needed { get; init; } = [];

    /// <summary>Version definitions; a flag of 1 is the base.</summary>
    public (string Token, int Flags)[] Definitions { get; init; } = [];

    /// <summary>Version needs; a flag of 2 is a weak one.</summary>
    public (string Soname, (string Token, int Flags)[] Nodes)[] Needs { get; init; } = [];

    /// <summary>Whether all names of version needs come after all libraries, as some linkers write them.</summary>
    public bool NamesLast { get; init; }

    /// <summary>How many definitions and needs the dynamic section says that there are, more than there are.</summary>
    public int Overcount { get; init; }

    /// <summary>More entries of the dynamic section, at its end.</summary>
    public (ulong Tag, ulong Value)[] More { get; init; } = [];

    /// <summary>Whether the segment's place in the file differs from what its address would be without a base.</summary>
    public bool Shifted { get; init; }

    public byte[] Build()
    {
        _strings.WriteByte(0);
        int header = wide ? 64 : 52;
        int segment = wide ? 56 : 32;
        int start = header + (2 * segment) + (Shifted ? 0x100 : 0);
        ulong address = BaseAddress + (ulong)start - (Shifted ? 0x80u : 0u);
        foreach (string needed in Needed)
        {
            _dynamic.Add((1, Name(needed)));
        }

        if (Soname is not null)
        {
            _dynamic.Add((14, Name(Soname)));
        }

        WriteDefinitions(address);
        WriteNeeds(address);
        ulong strings = address + (ulong)_content.Length;
        _content.Write(_strings.ToArray());
        _dynamic.AddRange([(5, strings), (10, (ulong)_strings.Length), .. More, (0, 0)]);
        while (_content.Length % 8 != 0)
        {
            _content.WriteByte(0);
        }

        long dynamicAt = _content.Length;
        foreach ((ulong tag, ulong value) in _dynamic)
        {
            Address(_content, tag);
            Address(_content, value);
        }

        using MemoryStream file = new();
        file.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(wide ? 2 : 1), (byte)(big ? 2 : 1), 1]);
        file.Write(new byte[9]);
        Half(file, Type);
        Half(file, wide ? 62 : 3);
        Word(file, 1);
        Address(file, 0);
        Address(file, (ulong)header);
        Address(file, 0);
        Word(file, 0);
        Half(file, header);
        Half(file, segment);
        Half(file, 2);
        file.Write(new byte[6]);
        Segment(file, 1, (ulong)start, address, (ulong)_content.Length);
        Segment(file, 2, (ulong)(start + dynamicAt), address + (ulong)dynamicAt, (ulong)(_content.Length - dynamicAt));
        file.Write(new byte[start - (int)file.Length]);
        file.Write(_content.ToArray());
        return file.ToArray();
    }

    private void WriteDefinitions(ulong address)
    {
        if (Definitions.Length == 0)
        {
            return;
        }

        _dynamic.Add((0x6ffffffc, address + (ulong)_content.Length));
        _dynamic.Add((0x6ffffffd, (ulong)(Definitions.Length + Overcount)));
        for (int i = 0; i < Definitions.Length; i++)
        {
            Half(_content, 1);
            Half(_content, Definitions[i].Flags);
            Half(_content, i + 1);
            Half(_content, 1);
            Word(_content, 0);
            Word(_content, 20);
            Word(_content, i + 1 == Definitions.Length ? 0 : 28);
            Word(_content, (long)Name(Definitions[i].Token));
            Word(_content, 0);
        }
    }

    private void WriteNeeds(ulong address)
    {
        if (Needs.Length == 0)
        {
            return;
        }

        _dynamic.Add((0x6ffffffe, address + (ulong)_content.Length));
        _dynamic.Add((0x6fffffff, (ulong)(Needs.Length + Overcount)));
        using MemoryStream names = new();
        for (int i = 0; i < Needs.Length; i++)
        {
            (string soname, (string Token, int Flags)[] nodes) = Needs[i];
            int own = nodes.Length * 16;
            Half(_content, 1);
            Half(_content, nodes.Length);
            Word(_content, (long)Name(soname));
            Word(_content, NamesLast ? ((Needs.Length - i) * 16) + names.Length : 16);
            Word(
                _content,
                i + 1 == Needs.Length ? 0
                    : NamesLast ? 16
                    : 16 + own
            );
            MemoryStream target = NamesLast ? names : _content;
            for (int j = 0; j < nodes.Length; j++)
            {
                Word(target, 0);
                Half(target, nodes[j].Flags);
                Half(target, 2);
                Word(target, (long)Name(nodes[j].Token));
                Word(target, j + 1 == nodes.Length ? 0 : 16);
            }
        }

        _content.Write(names.ToArray());
    }

    private ulong Name(string text)
    {
        ulong at = (ulong)_strings.Length;
        _strings.Write(Encoding.UTF8.GetBytes(text));
        _strings.WriteByte(0);
        return at;
    }

    private void Segment(MemoryStream file, long kind, ulong offset, ulong address, ulong size)
    {
        Word(file, kind);
        if (wide)
        {
            Word(file, 4);
        }

        Address(file, offset);
        Address(file, address);
        Address(file, address);
        Address(file, size);
        Address(file, size);
        if (!wide)
        {
            Word(file, 4);
        }

        Address(file, 8);
    }

    private void Half(MemoryStream file, int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (big)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        }

        file.Write(bytes);
    }

    private void Word(MemoryStream file, long value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (big)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        }

        file.Write(bytes);
    }

    private void Address(MemoryStream file, ulong value)
    {
        if (!wide)
        {
            Word(file, (long)value);
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        if (big)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        }

        file.Write(bytes);
    }
}
