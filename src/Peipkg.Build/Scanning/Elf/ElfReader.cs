using System.Buffers.Binary;
using System.Text;

namespace Peipkg.Build.Scanning.Elf;

/// <summary>
/// Reads as much of an ELF file as <see cref="ElfImage"/> tells: the header, the program headers, and the dynamic section
/// with its strings. Whatever the file claims, only so much of it is read; what makes no sense is taken for absent.
/// </summary>
internal sealed class ElfReader
{
    /// <summary>What every ELF file begins with.</summary>
    internal static ReadOnlySpan<byte> Magic => [0x7f, (byte)'E', (byte)'L', (byte)'F'];

    private const int MostSegments = 256;
    private const int MostDynamicBytes = 1 << 20;
    private const int MostNames = 4096;
    private const int LongestName = 4096;

    private const uint Load = 1;
    private const uint Dynamic = 2;
    private const ulong EndTag = 0;
    private const ulong NeededTag = 1;
    private const ulong StringsTag = 5;
    private const ulong SonameTag = 14;
    private const ulong RunPathTag = 15;
    private const ulong NewRunPathTag = 29;

    private readonly Stream _file;
    private readonly bool _wide;
    private readonly bool _big;

    private ElfReader(Stream file, bool wide, bool big)
    {
        _file = file;
        _wide = wide;
        _big = big;
    }

    private int WordSize => _wide ? 8 : 4;

    /// <summary>Reads a file.</summary>
    /// <param name="file">Seekable, from its beginning.</param>
    /// <returns>Null where it is no ELF file.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static ElfImage? Read(Stream file)
    {
        Span<byte> header = stackalloc byte[64];
        int length = ReadAt(file, 0, header);
        if (length < 52 || !header.StartsWith(Magic) || header[4] is not (1 or 2) || header[5] is not (1 or 2))
        {
            return null;
        }

        ElfReader reader = new(file, wide: header[4] == 2, big: header[5] == 2);
        return reader._wide && length < 64 ? null : reader.Read(header);
    }

    private ElfImage Read(ReadOnlySpan<byte> header)
    {
        int machine = Half(header[18..]);
        long table = (long)Word(header[(_wide ? 32 : 28)..]);
        int entrySize = Half(header[(_wide ? 54 : 42)..]);
        int count = Math.Min(Half(header[(_wide ? 56 : 44)..]), MostSegments);
        List<Segment> segments = ReadSegments(table, entrySize, count);
        List<(ulong Tag, ulong Value)> entries = segments.Find(segment => segment.Kind == Dynamic)
            is { FileSize: > 0 } dynamic
            ? ReadDynamic(dynamic)
            : [];
        long strings = entries.Exists(entry => entry.Tag == StringsTag)
            ? OffsetOf(entries.Find(entry => entry.Tag == StringsTag).Value, segments)
            : -1;
        List<string> Names(ulong tag) =>
            strings < 0
                ? []
                :
                [
                    .. entries
                        .Where(entry => entry.Tag == tag)
                        .Take(MostNames)
                        .Select(entry => Name(strings, entry.Value))
                        .Where(name => name.Length > 0),
                ];
        string[] paths =
        [
            .. Names(RunPathTag)
                .Concat(Names(NewRunPathTag))
                .SelectMany(path => path.Split(':'))
                .Where(path => path.Length > 0),
        ];
        return new ElfImage(_wide, machine, Names(NeededTag), Names(SonameTag).FirstOrDefault(), paths);
    }

    private int Half(ReadOnlySpan<byte> bytes) =>
        _big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private List<Segment> ReadSegments(long table, int entrySize, int count)
    {
        int needed = _wide ? 56 : 32;
        List<Segment> segments = [];
        if (entrySize < needed)
        {
            return segments;
        }

        Span<byte> bytes = stackalloc byte[56];
        for (int i = 0; i < count; i++)
        {
            if (ReadAt(_file, table + ((long)i * entrySize), bytes[..needed]) < needed)
            {
                break;
            }

            uint kind = _big
                ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
                : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            segments.Add(
                _wide
                    ? new Segment(kind, Word(bytes[8..]), Word(bytes[16..]), Word(bytes[32..]))
                    : new Segment(kind, Word(bytes[4..]), Word(bytes[8..]), Word(bytes[16..]))
            );
        }

        return segments;
    }

    private List<(ulong Tag, ulong Value)> ReadDynamic(Segment segment)
    {
        byte[] bytes = new byte[(int)Math.Min(segment.FileSize, MostDynamicBytes)];
        int length = ReadAt(_file, (long)segment.Offset, bytes);
        List<(ulong Tag, ulong Value)> entries = [];
        for (int at = 0; at + (2 * WordSize) <= length; at += 2 * WordSize)
        {
            ulong tag = Word(bytes.AsSpan(at));
            if (tag == EndTag)
            {
                break;
            }

            entries.Add((tag, Word(bytes.AsSpan(at + WordSize))));
        }

        return entries;
    }

    // Addresses in the dynamic section are those of the loaded image.
    private static long OffsetOf(ulong address, List<Segment> segments)
    {
        foreach (Segment segment in segments)
        {
            if (segment.Kind == Load && address >= segment.Address && address - segment.Address < segment.FileSize)
            {
                return unchecked((long)(segment.Offset + (address - segment.Address)));
            }
        }

        return -1;
    }

    private string Name(long strings, ulong at)
    {
        if (at > int.MaxValue)
        {
            return "";
        }

        byte[] bytes = new byte[LongestName];
        ReadOnlySpan<byte> read = bytes.AsSpan(0, ReadAt(_file, strings + (long)at, bytes));
        int end = read.IndexOf((byte)0);
        return end < 0 ? "" : Encoding.UTF8.GetString(read[..end]);
    }

    private ulong Word(ReadOnlySpan<byte> bytes) =>
        (_wide, _big) switch
        {
            (true, false) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            (true, true) => BinaryPrimitives.ReadUInt64BigEndian(bytes),
            (false, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            (false, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        };

    /// <summary>Reads up to a number of bytes; answers how many there were, none where the place is outside of the file.</summary>
    private static int ReadAt(Stream file, long offset, Span<byte> bytes)
    {
        if (offset < 0 || offset > file.Length)
        {
            return 0;
        }

        file.Position = offset;
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
    }

    private readonly record struct Segment(uint Kind, ulong Offset, ulong Address, ulong FileSize);
}
