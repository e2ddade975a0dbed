using System.Buffers;
using System.Text;
using Peipkg.Format.Archive;
using Peipkg.Format.Compression;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Packages;

/// <summary>Writes packages (chapters 3 and 5): the same parts give the same bytes on every machine.</summary>
public static class PackageWriter
{
    /// <summary>Files from which a collection before compressing saves more memory than its few milliseconds are worth.</summary>
    private const int ManyFiles = 2000;

    /// <summary>The engine of compression, its version and its level, for people: a package's bytes depend on them.</summary>
    public static string Compression => ZstdFrameWriter.Engine;

    /// <summary>Writes one package.</summary>
    /// <param name="output">
    /// Receives the package. After an exception it holds something that must be thrown away, so it should be a temporary
    /// file.
    /// </param>
    /// <param name="manifest">
    /// The metadata; <see cref="Manifest.SizeInstalled"/> is computed here and need not be right.
    /// </param>
    /// <param name="payload">In any order; ancestor directories may be left out.</param>
    /// <param name="key">Signs; null leaves the package unsigned.</param>
    /// <param name="options">Edition, workers and progress.</param>
    /// <param name="cancellation">Stops between two pieces of content.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="PackagingException">The parts break rules of the format; nothing was written.</exception>
    /// <exception cref="IOException">A file cannot be read, has changed, or the output cannot be written.</exception>
    public static PackageWriteResult Write(
        Stream output,
        Manifest manifest,
        IReadOnlyList<PayloadSource> payload,
        SigningKey? key,
        PackageWriteOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        options ??= new PackageWriteOptions();
        HeaderRules headers = options.Edition.Headers;
        PayloadPlan plan = PayloadPlan.Create(payload);
        PayloadSource[] sources = plan.Files;
        var progress = new ProgressCounter(options.Progress, sources);
        Sha256Digest[] hashed = PayloadHasher.Hash(sources, options, progress, cancellation);

        Manifest complete = manifest with { SizeInstalled = sources.Sum(static s => s.Size) };
        var files = new FilesEntry[sources.Length];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = new FilesEntry(sources[i].Path, sources[i].Size, hashed[i]);
        }

        byte[] manifestBytes = ManifestDocument.Write(complete, options.Edition);
        byte[] filesBytes = FilesDocument.Write(files);
        long size = ArchiveSize(plan, headers, manifestBytes.Length, filesBytes.Length, signed: key is not null);
        RequireWithinLimits(complete, manifestBytes, filesBytes, size);

        progress.Begin(PackPhase.Packing);
        if (sources.Length >= ManyFiles)
        {
            // What checking and hashing left behind would otherwise stay beside the compressor's tables and window.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        using (
            ZstdFrameWriter frame = new ZstdFrameWriter(
                output,
                new CompressionPlan(size, sources.Length),
                options.Workers
            )
        )
        {
            using Sha256Hasher? signedBytes = key is null ? null : new Sha256Hasher();
            TarWriter tar = new TarWriter(frame, headers, signedBytes, complete.Build.Timestamp.UnixSeconds);
            tar.WriteFile(PackageNames.ManifestBytes, manifestBytes);
            tar.WriteFile(PackageNames.FilesBytes, filesBytes);
            WritePayload(tar, plan, hashed, progress, cancellation);
            if (key is not null)
            {
                tar.WriteFile(PackageNames.SignatureBytes, SignatureEnvelope.Sign(key, signedBytes!.Finish()).Write());
            }

            tar.WriteEnd();
            if (tar.Position != size)
            {
                throw new InvalidOperationException(
                    $"The archive has {tar.Position} bytes where {size} were announced."
                );
            }

            frame.Finish();
        }

        return new PackageWriteResult(complete, files, size);
    }

    private static long ArchiveSize(PayloadPlan plan, HeaderRules headers, int manifestSize, int filesSize, bool signed)
    {
        long size =
            TarWriter.EndSize
            + TarWriter.EntrySize(PackageNames.ManifestBytes, manifestSize, default, headers)
            + TarWriter.EntrySize(PackageNames.FilesBytes, filesSize, default, headers);
        foreach ((byte[] wireName, PayloadSource source) in plan.Entries)
        {
            size += TarWriter.EntrySize(wireName, source.Size, TargetOf(source), headers);
        }

        return signed
            ? size + TarWriter.EntrySize(PackageNames.SignatureBytes, SignatureEnvelope.WrittenSize, default, headers)
            : size;
    }

    private static ReadOnlySpan<byte> TargetOf(PayloadSource source) =>
        source.LinkTarget is null ? default : Encoding.UTF8.GetBytes(source.LinkTarget);

    private static TarEntryType TypeOf(PayloadSource source) =>
        source.Kind switch
        {
            PayloadKind.Directory => TarEntryType.Directory,
            PayloadKind.Symlink => TarEntryType.Symlink,
            _ => TarEntryType.File,
        };

    private static void RequireWithinLimits(Manifest manifest, byte[] manifestBytes, byte[] filesBytes, long size)
    {
        var problems = new List<string>();
        if (manifestBytes.Length > Limits.ManifestBytes)
        {
            problems.Add($"the manifest would have {manifestBytes.Length} bytes; {Limits.ManifestBytes} are allowed");
        }

        if (filesBytes.Length > Limits.FilesBytes)
        {
            problems.Add($"files.json would have {filesBytes.Length} bytes; {Limits.FilesBytes} are allowed");
        }

        long limit = Math.Min(Limits.UncompressedBytes, manifest.SizeInstalled + Limits.UncompressedOverhead);
        if (size > limit)
        {
            problems.Add(
                $"the archive would have {size} bytes before compression; a consumer stops at {limit}. Split the package."
            );
        }

        if (problems.Count > 0)
        {
            throw new PackagingException(problems);
        }
    }

    private static void WritePayload(
        TarWriter tar,
        PayloadPlan plan,
        Sha256Digest[] hashed,
        ProgressCounter progress,
        CancellationToken cancellation
    )
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PayloadHasher.PieceSize);
        try
        {
            int file = 0;
            using Sha256Hasher hash = new Sha256Hasher();
            foreach ((byte[] wireName, PayloadSource source) in plan.Entries)
            {
                cancellation.ThrowIfCancellationRequested();
                tar.WriteHeader(wireName, TypeOf(source), source.Size, TargetOf(source));
                if (source.Kind == PayloadKind.File)
                {
                    if (source.Size > 0)
                    {
                        CopyContent(tar, source, buffer, hash, hashed[file], progress, cancellation);
                    }

                    file++;
                    progress.FileDone();
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void CopyContent(
        TarWriter tar,
        PayloadSource source,
        byte[] buffer,
        Sha256Hasher hash,
        Sha256Digest expected,
        ProgressCounter progress,
        CancellationToken cancellation
    )
    {
        using Stream content = source.Open!();
        long left = source.Size;
        while (left > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(PayloadHasher.PieceSize, left));
            if (content.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false) < piece.Length)
            {
                throw PayloadHasher.Changed(source);
            }

            hash.Append(piece);
            tar.WriteContent(piece);
            left -= piece.Length;
            progress.BytesDone(piece.Length);
        }

        // files.json, which comes before this content, promises its hash already.
        if (hash.Finish() != expected)
        {
            throw PayloadHasher.Changed(source);
        }
    }
}
