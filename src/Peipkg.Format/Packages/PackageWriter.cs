using System.Buffers;
using Peipkg.Format.Archive;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Packages;

/// <summary>Writes packages (chapters 3 and 5): the same parts give the same bytes on every machine.</summary>
public static class PackageWriter
{
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
    /// <param name="options">Workers and progress.</param>
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
        PayloadPlan plan = PayloadPlan.Create(payload);
        PayloadSource[] sources =
        [
            .. plan.Entries.Select(static e => e.Source).Where(static s => s.Kind == PayloadKind.File),
        ];
        var progress = new ProgressCounter(options.Progress, sources);
        HashedContent[] hashed = PayloadHasher.Hash(sources, options, progress, cancellation);

        Manifest complete = manifest with { SizeInstalled = sources.Sum(static s => s.Size) };
        var files = new FilesEntry[sources.Length];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = new FilesEntry(sources[i].Path, sources[i].Size, hashed[i].Digest);
        }

        byte[] manifestBytes = ManifestDocument.Write(complete);
        byte[] filesBytes = FilesDocument.Write(files);
        long size = ArchiveSize(plan, manifestBytes.Length, filesBytes.Length, signed: key is not null);
        RequireWithinLimits(complete, manifestBytes, filesBytes, size);

        progress.Begin(PackPhase.Packing);
        using (ZstdFrameWriter frame = new ZstdFrameWriter(output, size, options.Workers))
        {
            using Sha256Hasher? signedBytes = key is null ? null : new Sha256Hasher();
            TarWriter tar = new TarWriter(frame.Content, signedBytes, complete.Build.Timestamp.UnixSeconds);
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

    private static long ArchiveSize(PayloadPlan plan, int manifestSize, int filesSize, bool signed)
    {
        long size =
            TarWriter.EndSize
            + TarWriter.EntrySize(PackageNames.ManifestBytes, manifestSize, default)
            + TarWriter.EntrySize(PackageNames.FilesBytes, filesSize, default);
        foreach (PayloadPlan.PlannedEntry entry in plan.Entries)
        {
            size += TarWriter.EntrySize(entry.WireName, entry.Source.Size, entry.Target);
        }

        return signed
            ? size + TarWriter.EntrySize(PackageNames.SignatureBytes, SignatureEnvelope.WrittenSize, default)
            : size;
    }

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
        HashedContent[] hashed,
        ProgressCounter progress,
        CancellationToken cancellation
    )
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PayloadHasher.PieceSize);
        try
        {
            int file = 0;
            foreach (PayloadPlan.PlannedEntry entry in plan.Entries)
            {
                cancellation.ThrowIfCancellationRequested();
                tar.WriteHeader(entry.WireName, entry.Type, entry.Source.Size, entry.Target);
                if (entry.Type == TarEntryType.File)
                {
                    if (entry.Source.Size > 0)
                    {
                        CopyContent(tar, entry.Source, buffer, hashed[file].Mark, progress, cancellation);
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
        ContentMark expected,
        ProgressCounter progress,
        CancellationToken cancellation
    )
    {
        using Stream content = source.Open!();
        ContentMark mark = default;
        long left = source.Size;
        while (left > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(PayloadHasher.PieceSize, left));
            if (content.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false) < piece.Length)
            {
                throw PayloadHasher.Changed(source);
            }

            mark.Append(piece);
            tar.WriteContent(piece);
            left -= piece.Length;
            progress.BytesDone(piece.Length);
        }

        // files.json in front of this content already promises its hash.
        if (!mark.Equals(expected))
        {
            throw PayloadHasher.Changed(source);
        }
    }
}
