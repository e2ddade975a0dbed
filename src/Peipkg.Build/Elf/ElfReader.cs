namespace Peipkg.Build.Elf;

/// <summary>
/// Reads as much of an ELF file, of either class and byte order, as <see cref="ElfImage"/> tells: the header, the program
/// headers, and the dynamic section with the tables that it names, as the dynamic loader finds them. Section headers are not
/// looked at: they may be missing, or say something else. Whatever the file claims, only so much of it is read; what makes no
/// sense is taken for absent, and told as the image's fault.
/// </summary>
internal static class ElfReader
{
    /// <summary>What every ELF file begins with.</summary>
    internal static ReadOnlySpan<byte> Magic => [0x7f, (byte)'E', (byte)'L', (byte)'F'];

    private const int WideHeader = 64;
    private const int NarrowHeader = 52;
    private const int WideSegment = 56;
    private const int NarrowSegment = 32;
    private const int MostSegments = 4096;
    private const uint Load = 1;
    private const uint Dynamic = 2;

    // Programs and libraries; object files and memory images are nothing that a loader takes.
    private const int Executable = 2;
    private const int SharedObject = 3;

    /// <summary>Reads a file.</summary>
    /// <param name="file">Seekable.</param>
    /// <returns>Null where it is no ELF file.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static ElfImage? Read(Stream file)
    {
        PagedBytes bytes = new(file);
        Span<byte> header = stackalloc byte[WideHeader];
        if (
            !bytes.TryRead(0, header[..NarrowHeader])
            || !header.StartsWith(Magic)
            || header[4] is not (1 or 2)
            || header[5] is not (1 or 2)
        )
        {
            return null;
        }

        ElfEncoding encoding = new(IsWide: header[4] == 2, IsBigEndian: header[5] == 2);
        return encoding.IsWide && !bytes.TryRead(0, header) ? null : Read(bytes, header, encoding);
    }

    private static ElfImage Read(PagedBytes file, ReadOnlySpan<byte> header, ElfEncoding encoding)
    {
        ElfImage image = new(encoding.IsWide, encoding.Half(header[18..]), [], null, []);
        if (encoding.Half(header[16..]) is not (Executable or SharedObject))
        {
            return image;
        }

        string? fault = TryReadSegments(file, header, encoding, out List<ElfSegment> segments);
        int found = segments.FindLastIndex(segment => segment.Kind == Dynamic);

        // The file that holds only a program's debug information has the segment, and nothing in it.
        if (found < 0 || segments[found].FileSize == 0)
        {
            return image with { Fault = fault };
        }

        ElfMemory memory = new(file, segments.FindAll(segment => segment.Kind == Load));
        ElfDynamic dynamic = ElfDynamic.Read(memory, segments[found], encoding);
        List<string> needed = dynamic.Names(ElfDynamic.Needed);
        string? soname = dynamic.Names(ElfDynamic.Soname).LastOrDefault();
        List<string> runPaths =
        [
            .. dynamic
                .Names(ElfDynamic.RunPath)
                .Concat(dynamic.Names(ElfDynamic.NewRunPath))
                .SelectMany(path => path.Split(':'))
                .Where(path => path.Length > 0),
        ];
        ElfVersions versions = new(memory, dynamic, encoding);
        return image with
        {
            Needed = needed,
            Soname = soname is "" ? null : soname,
            RunPaths = runPaths,
            Definitions = versions.Definitions(),
            VersionNeeds = versions.Needs(),
            Fault = fault ?? dynamic.Fault,
        };
    }

    private static string? TryReadSegments(
        PagedBytes file,
        ReadOnlySpan<byte> header,
        ElfEncoding encoding,
        out List<ElfSegment> segments
    )
    {
        segments = [];
        ulong table = encoding.Address(header[(encoding.IsWide ? 32 : 28)..]);
        int size = encoding.Half(header[(encoding.IsWide ? 54 : 42)..]);
        int count = encoding.Half(header[(encoding.IsWide ? 56 : 44)..]);
        int expected = encoding.IsWide ? WideSegment : NarrowSegment;
        if (count > 0 && size != expected)
        {
            return $"its program headers have {size} bytes each, and must have {expected}";
        }

        if (count > MostSegments)
        {
            return "it has more program headers than any linker writes";
        }

        Span<byte> bytes = stackalloc byte[WideSegment];
        for (int i = 0; i < count; i++)
        {
            if (!file.TryRead(unchecked(table + (ulong)(i * size)), bytes[..size]))
            {
                return "its program headers lie outside of the file, which is cut short or damaged";
            }

            uint kind = encoding.Word(bytes);
            segments.Add(
                encoding.IsWide
                    ? new(
                        kind,
                        encoding.Address(bytes[8..]),
                        encoding.Address(bytes[16..]),
                        encoding.Address(bytes[32..])
                    )
                    : new(
                        kind,
                        encoding.Address(bytes[4..]),
                        encoding.Address(bytes[8..]),
                        encoding.Address(bytes[16..])
                    )
            );
        }

        return null;
    }
}
