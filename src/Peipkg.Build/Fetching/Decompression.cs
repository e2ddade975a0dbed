using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Fetching;

/// <summary>Makes a plain tar archive of a compressed one, with the machine's own programs.</summary>
internal static class Decompression
{
    private static readonly (byte[] Start, string Program)[] Formats =
    [
        ([0x1f, 0x8b], "gzip"),
        ([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "xz"),
        ([(byte)'B', (byte)'Z', (byte)'h'], "bzip2"),
        ([0x28, 0xb5, 0x2f, 0xfd], "zstd"),
        ([(byte)'L', (byte)'Z', (byte)'I', (byte)'P'], "lzip"),
    ];

    /// <summary>The plain tar archive: the file itself, or a new one beside it.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="shown">What it is called in messages.</param>
    /// <param name="context">PATH says where the programs are.</param>
    /// <exception cref="UserErrorException">It is damaged, too large, or no archive that is known.</exception>
    internal static string Plain(string archive, string shown, ToolContext context)
    {
        byte[] start = new byte[512];
        long length;
        int count;
        using (FileStream file = new(archive, FileMode.Open, FileAccess.Read))
        {
            length = file.Length;
            count = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }

        if (count == start.Length && start.AsSpan(257).StartsWith("ustar"u8))
        {
            return archive;
        }

        string? program = Array.Find(Formats, format => start.AsSpan(0, count).StartsWith(format.Start)).Program;
        if (program is null)
        {
            throw new UserErrorException(
                start.AsSpan().StartsWith("PK\x03\x04"u8)
                    ? $"{shown} is a zip archive, which is not unpacked here; set extract = false and unpack it in the build script"
                    : $"{shown} is no tar archive, compressed or not (it begins with {DisplayText.Quote(Beginning(start.AsSpan(0, Math.Min(count, 16))))}); "
                        + "if a single file is meant, set extract = false"
            );
        }

        string plain = archive + ".tar";
        BoundedProgram decompressor = new(program, ["-dc"])
        {
            Input = archive,
            Output = plain,
            MostBytes = FetchLimits.TreeBytes(length),
        };
        (ChildExit exit, string text) = decompressor.Run(context);
        if (decompressor.WasCut(exit, plain))
        {
            throw new UserErrorException(
                $"{shown} unpacks to more than {ByteCount.Text(decompressor.MostBytes)} from {ByteCount.Text(length)}, which no source does"
            );
        }

        return exit.IsSuccess
            ? plain
            : throw new UserErrorException($"{shown} is damaged: {(text.Length > 0 ? text : $"{program} {exit}")}");
    }

    private static string Beginning(ReadOnlySpan<byte> bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}
