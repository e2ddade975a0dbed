using System.Globalization;
using System.Text;
using Peipkg.Build.Elf;

namespace Peipkg.Build.Scanning;

/// <summary>What is to be known of a static archive.</summary>
/// <param name="Stamped">The first member with a time, an owner or a group; null if none has one.</param>
/// <param name="Image">The first member that is an ELF file; null if none is.</param>
/// <param name="Debug">The first member with debug information; null if none has any.</param>
internal sealed record StaticArchive(string? Stamped, ElfImage? Image, ElfDebug? Debug)
{
    private const int HeaderSize = 60;

    // The largest archives known have some tens of thousands of members.
    private const int MostMembers = 200_000;

    /// <summary>The first bytes of every static archive.</summary>
    internal static ReadOnlySpan<byte> Magic => "!<arch>\n"u8;

    /// <summary>Reads an archive's headers, up to the first that is malformed.</summary>
    /// <param name="file">Seekable.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static StaticArchive Read(Stream file)
    {
        string? stamped = null;
        ElfImage? image = null;
        ElfDebug? debug = null;
        Span<byte> header = stackalloc byte[HeaderSize];
        long at = Magic.Length;
        for (
            int i = 0;
            i < MostMembers && at + HeaderSize <= file.Length && (stamped is null || image is null || debug is null);
            i++
        )
        {
            file.Position = at;
            if (
                file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize
                || header[58] != '`'
                || header[59] != '\n'
                || Number(header[48..58]) is not { } size
            )
            {
                break;
            }

            // The index and the table of long names have names that start with a slash; their headers count like any other.
            if (
                stamped is null
                && (Number(header[16..28]) is > 0 || Number(header[28..34]) is > 0 || Number(header[34..40]) is > 0)
            )
            {
                stamped = Encoding.Latin1.GetString(header[..16]).TrimEnd(' ').TrimEnd('/') is { Length: > 0 } name
                    ? name
                    : "the index";
            }

            using SubStream member = new(file, at + HeaderSize, Math.Min(size, file.Length - at - HeaderSize));
            image ??= ElfReader.Read(member);
            debug ??= ElfDebug.Read(member) is { HasDebug: true } found ? found : null;

            at += HeaderSize + size + (size & 1);
        }

        return new StaticArchive(stamped, image, debug);
    }

    private static long? Number(ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> digits = field.TrimEnd((byte)' ');
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
    }
}
