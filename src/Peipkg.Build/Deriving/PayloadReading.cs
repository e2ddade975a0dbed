using Peipkg.Build.Elf;
using Peipkg.Build.World;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Recipes;

namespace Peipkg.Build.Deriving;

/// <summary>
/// Reads of a payload what names are derived from. Of most files that is the first few bytes, and less than a hundredth of
/// an ELF file; so this comes before packing, whose manifest it completes, and not with it.
/// </summary>
internal static class PayloadReading
{
    // The header of the narrow class.
    private const int SmallestImage = 52;

    /// <summary>Reads files on all cores.</summary>
    /// <returns>The files, and the ELF files among them by path.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    internal static CapabilityFiles Read(
        IReadOnlyList<PayloadSource> payload,
        Derivation choice,
        CancellationToken cancellation
    )
    {
        CapabilityFiles files = new([.. payload.Select(source => (source.Path, source.Kind, source.LinkTarget))]);
        bool images = choice.Sonames || choice.VersionNodes;
        PayloadSource[] read =
        [
            .. payload.Where(source =>
                source.Kind == PayloadKind.File
                && source.Size > 0
                && (
                    (images && source.Size >= SmallestImage && CapabilityFiles.MayBeImage(source.Path))
                    || files.IsModule(source.Path)
                )
            ),
        ];
        AllCores.Run(read.Length, i => Read(read[i], files), cancellation);
        return files;
    }

    private static void Read(PayloadSource source, CapabilityFiles files)
    {
        using Stream content = source.Open!();
        if (files.IsModule(source.Path))
        {
            byte[] bytes = new byte[(int)Math.Min(source.Size, PkgConfigFile.MostBytes + 1)];
            int length = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            files.Add(source.Path, PkgConfigFile.Read(bytes.AsSpan(0, length)));
        }

        if (CapabilityFiles.MayBeImage(source.Path))
        {
            Span<byte> start = stackalloc byte[4];
            content.Position = 0;
            if (
                content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
                && start.SequenceEqual(ElfReader.Magic)
                && ElfReader.Read(content) is { } image
            )
            {
                files.Add(source.Path, image);
            }
        }
    }
}
