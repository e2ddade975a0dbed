using System.Buffers;
using System.Runtime.InteropServices;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// Writes the signed documents of a generation where nobody reads them yet. Index entries go out as the bytes they came
/// in; only the head of the document is new. Making the files durable is the transaction's business.
/// </summary>
internal static class GenerationWriter
{
    private const int FirstBuffer = 16 << 10;
    private const int BufferSize = 256 << 10;

    /// <summary>Writes both indexes with their signatures.</summary>
    /// <param name="stage">Gives the path to write to for a path in the repository.</param>
    /// <param name="repositoryName">The repository's name.</param>
    /// <param name="plan">The generation.</param>
    /// <param name="signer">The key that signs.</param>
    /// <param name="precompress">Whether compressed copies lie beside them.</param>
    /// <param name="limit">Bytes that an index may have.</param>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    /// <exception cref="UserErrorException">An index would be larger than the limit.</exception>
    internal static void WriteIndexes(
        Func<string, string> stage,
        string repositoryName,
        PublishPlan plan,
        DocumentSigner signer,
        bool precompress = false,
        long limit = Limits.IndexBytes
    )
    {
        IndexSheet active = new(repositoryName, IndexKind.Active, plan.IndexVersion, plan.GeneratedAt, plan.Active);
        IndexSheet archive = new(repositoryName, IndexKind.Archive, plan.IndexVersion, plan.GeneratedAt, plan.Archive);
        string activePath = WriteIndex(stage, RepositoryLayout.ActiveIndex, active, signer, limit);
        string archivePath = WriteIndex(stage, RepositoryLayout.ArchiveIndex, archive, signer, limit);
        if (precompress)
        {
            CompressedCopies.WriteBeside(
                stage,
                [(RepositoryLayout.ArchiveIndex, archivePath), (RepositoryLayout.ActiveIndex, activePath)]
            );
        }
    }

    /// <summary>Writes <c>repo.json</c> with its signature.</summary>
    internal static void WriteDescriptor(Func<string, string> stage, Descriptor descriptor, DocumentSigner signer)
    {
        byte[] document = DescriptorDocument.Write(descriptor);
        WriteFile(stage(RepositoryLayout.Descriptor), document);
        signer.Sign(stage, RepositoryLayout.Descriptor, Sha256Digest.Of(document));
    }

    /// <summary>Writes a public key's file.</summary>
    internal static void WriteKey(Func<string, string> stage, PublicKey key) =>
        WriteFile(stage(RepositoryLayout.KeyPath(key.Fingerprint)), key.ExportPem());

    /// <summary>Writes one new file.</summary>
    internal static void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        using FileStream file = Create(path);
        file.Write(content);
    }

    private static string WriteIndex(
        Func<string, string> stage,
        string document,
        IndexSheet sheet,
        DocumentSigner signer,
        long limit
    )
    {
        using Sha256Hasher hash = new();
        string path = stage(document);
        using (FileStream file = Create(path))
        {
            ArrayBufferWriter<byte> pending = new(FirstBuffer);
            IndexDocument.WriteHead(
                new CanonicalJsonWriter(pending),
                sheet.Repo,
                sheet.Kind,
                sheet.IndexVersion,
                sheet.GeneratedAt
            );
            for (int i = 0; i < sheet.Rows.Count; )
            {
                pending.Write(i == 0 ? default : ","u8);
                ReadOnlyMemory<byte> run = NextRun(sheet.Rows, ref i);
                if (pending.WrittenCount + run.Length >= BufferSize)
                {
                    Flush(pending, file, hash);
                }

                if (run.Length < BufferSize)
                {
                    pending.Write(run.Span);
                }
                else
                {
                    Write(run.Span, file, hash);
                }
            }

            pending.Write("]}\n"u8);
            Flush(pending, file, hash);
            if (file.Position > limit)
            {
                // Better this generation than the next, which could not read it.
                throw new UserErrorException(
                    $"{document} would have {file.Position} bytes, and readers take {limit} at most; begin another repository"
                );
            }
        }

        signer.Sign(stage, document, hash.Finish());
        return path;
    }

    /// <summary>The text of a row and of those that follow it in the document it came in as they do here, commas included.</summary>
    private static ReadOnlyMemory<byte> NextRun(IReadOnlyList<IndexRow> rows, ref int row)
    {
        ReadOnlyMemory<byte> run = rows[row++].Json;
        if (!MemoryMarshal.TryGetArray(run, out ArraySegment<byte> whole))
        {
            return run;
        }

        int end = whole.Offset + whole.Count;
        for (
            ;
            row < rows.Count
                && MemoryMarshal.TryGetArray(rows[row].Json, out ArraySegment<byte> next)
                && next.Array == whole.Array
                && next.Offset == end + 1
                && whole.Array![end] == (byte)',';
            row++
        )
        {
            end = next.Offset + next.Count;
        }

        return whole.Array.AsMemory(whole.Offset..end);
    }

    private static void Flush(ArrayBufferWriter<byte> pending, FileStream file, Sha256Hasher hash)
    {
        Write(pending.WrittenSpan, file, hash);
        pending.ResetWrittenCount();
    }

    // In pieces that stay in the processor's cache between the file and the hash.
    private static void Write(ReadOnlySpan<byte> bytes, FileStream file, Sha256Hasher hash)
    {
        for (int done = 0; done < bytes.Length; done += BufferSize)
        {
            ReadOnlySpan<byte> piece = bytes[done..Math.Min(done + BufferSize, bytes.Length)];
            file.Write(piece);
            hash.Append(piece);
        }
    }

    private static FileStream Create(string path)
    {
        FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        File.SetUnixFileMode(file.SafeFileHandle, DurableFile.PublicMode);
        return file;
    }
}
