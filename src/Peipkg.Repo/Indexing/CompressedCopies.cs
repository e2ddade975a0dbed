using System.IO.Compression;
using Peipkg.Format;
using Peipkg.Format.Compression;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// Compressed copies beside the documents that everybody fetches, for web servers that send them instead. A copy belongs to
/// the generation of its document, and the same document gives the same bytes.
/// </summary>
internal static class CompressedCopies
{
    private const string Gzip = ".gz";
    private const string Zstd = ".zst";

    /// <summary>Whether a repository keeps such copies.</summary>
    internal static bool AreIn(string root) =>
        FileStatus.Of(Path.Combine(root, RepositoryLayout.ActiveIndex + Gzip)) is not null;

    /// <summary>Makes the copies of documents that are written already, on all cores.</summary>
    /// <param name="stage">Where a file of the new generation is written.</param>
    /// <param name="documents">Their paths in the repository and where they are written, the largest first.</param>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal static void WriteBeside(Func<string, string> stage, IEnumerable<(string Name, string Path)> documents)
    {
        (byte[] Content, string Copy, string Suffix)[] copies =
        [
            .. documents.SelectMany(document =>
            {
                byte[] content = File.ReadAllBytes(document.Path);
                return RepositoryLayout.CopySuffixes.Select(suffix => (content, stage(document.Name + suffix), suffix));
            }),
        ];
        Workers.ForEach(
            copies,
            static item =>
            {
                using FileStream copy = new(item.Copy, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
                Compress(item.Suffix, item.Content, copy);
            },
            CancellationToken.None
        );
    }

    /// <summary>Makes a copy.</summary>
    /// <param name="suffix">One of <see cref="RepositoryLayout.CopySuffixes"/>.</param>
    /// <param name="document">The document.</param>
    internal static byte[] Make(string suffix, ReadOnlySpan<byte> document)
    {
        using MemoryStream output = new();
        Compress(suffix, document, output);
        return output.ToArray();
    }

    /// <summary>Whether a file is a copy of a document.</summary>
    /// <param name="path">The file; it may be missing.</param>
    /// <param name="suffix">The end of its name.</param>
    /// <param name="document">The document.</param>
    internal static bool IsCopy(string path, string suffix, ReadOnlySpan<byte> document)
    {
        if (FileStatus.Of(path) is not { IsRegular: true })
        {
            return false;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (suffix == Zstd)
        {
            return ZstdDocument.Holds(file, document);
        }

        try
        {
            using Stream plain =
                suffix == Gzip
                    ? new GZipStream(file, CompressionMode.Decompress)
                    : new BrotliStream(file, CompressionMode.Decompress);
            return SameBytes.Are(plain.Read, document);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            // It is no such archive at all.
            return false;
        }
    }

    // Brotli's fastest quality makes an index smaller than gzip's best does, in a tenth of the time of its next ones.
    private static void Compress(string suffix, ReadOnlySpan<byte> document, Stream output)
    {
        if (suffix == Zstd)
        {
            ZstdDocument.Compress(document, output);
            return;
        }

        using Stream compressor =
            suffix == Gzip
                ? new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true)
                : new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true);
        compressor.Write(document);
    }
}
