using System.Buffers;
using System.Security.Cryptography;
using Peipkg.Format;
using Peipkg.Format.IO;
using Peipkg.Format.Repositories;
using Peipkg.Format.Signing;
using Peipkg.Repo.State;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// Writes the two indexes of a generation and their signatures into a directory nobody reads yet. Entries go out as the
/// bytes they came in; only the head of the document is new.
/// </summary>
internal static class GenerationWriter
{
    private const int BufferSize = 1 << 20;

    /// <summary>Writes and flushes the four files.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal static void Write(string directory, string repositoryName, PublishPlan plan, SigningKey key)
    {
        IndexSheet active = new(repositoryName, IndexKind.Active, plan.IndexVersion, plan.GeneratedAt, plan.Active);
        IndexSheet archive = new(repositoryName, IndexKind.Archive, plan.IndexVersion, plan.GeneratedAt, plan.Archive);
        WriteSigned(Path.Combine(directory, RepositoryLayout.ActiveIndex), active, key);
        WriteSigned(Path.Combine(directory, RepositoryLayout.ArchiveIndex), archive, key);
    }

    /// <summary>Signs a document's digest and writes the envelope beside it (§6.1.6).</summary>
    internal static void WriteSignature(string documentPath, Sha256Digest digest, SigningKey key)
        => WriteFile(documentPath + RepositoryLayout.SignatureSuffix, SignatureEnvelope.Sign(key, digest).Write());

    /// <summary>Writes and flushes one new file.</summary>
    internal static void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        using FileStream file = Create(path);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static void WriteSigned(string path, IndexSheet sheet, SigningKey key)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (FileStream file = Create(path))
        {
            ArrayBufferWriter<byte> pending = new(BufferSize + (BufferSize >> 2));
            IndexEntryText.WriteHead(sheet, pending);
            for (int i = 0; i < sheet.Rows.Count; i++)
            {
                pending.Write(i == 0 ? default : ","u8);
                pending.Write(sheet.Rows[i].Json.Span);
                if (pending.WrittenCount >= BufferSize)
                {
                    Flush(pending, file, hash);
                }
            }

            pending.Write("]}\n"u8);
            Flush(pending, file, hash);
            file.Flush(flushToDisk: true);
        }

        WriteSignature(path, Sha256Digest.Of(hash), key);
    }

    private static void Flush(ArrayBufferWriter<byte> pending, FileStream file, IncrementalHash hash)
    {
        file.Write(pending.WrittenSpan);
        hash.AppendData(pending.WrittenSpan);
        pending.ResetWrittenCount();
    }

    private static FileStream Create(string path)
    {
        FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        File.SetUnixFileMode(file.SafeFileHandle, DurableFile.PublicMode);
        return file;
    }
}
