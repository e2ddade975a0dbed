using System.Buffers;
using Peipkg.CommandLine;
using Peipkg.Format;
using Peipkg.Format.Hashing;
using Peipkg.Format.IO;
using Peipkg.Format.Repositories;
using Peipkg.Format.Signing;
using Peipkg.Repo.State;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// Writes the signed documents of a generation where nobody reads them yet. Index entries go out as the bytes they came
/// in; only the head of the document is new. Making the files durable is the transaction's business.
/// </summary>
internal static class GenerationWriter
{
    private const int BufferSize = 48 << 10;

    /// <summary>Writes both indexes with their signatures.</summary>
    /// <param name="stage">Gives the path to write to for a path in the repository.</param>
    /// <param name="repositoryName">The repository's name.</param>
    /// <param name="plan">The generation.</param>
    /// <param name="signer">The key that signs.</param>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal static void WriteIndexes(Func<string, string> stage, string repositoryName, PublishPlan plan, DocumentSigner signer)
    {
        IndexSheet active = new(repositoryName, IndexKind.Active, plan.IndexVersion, plan.GeneratedAt, plan.Active);
        IndexSheet archive = new(repositoryName, IndexKind.Archive, plan.IndexVersion, plan.GeneratedAt, plan.Archive);
        WriteIndex(stage, RepositoryLayout.ActiveIndex, active, signer);
        WriteIndex(stage, RepositoryLayout.ArchiveIndex, archive, signer);
    }

    /// <summary>Writes <c>repo.json</c> with its signature.</summary>
    internal static void WriteDescriptor(Func<string, string> stage, Descriptor descriptor, DocumentSigner signer)
    {
        byte[] document = DescriptorDocument.Write(descriptor);
        WriteFile(stage(RepositoryLayout.Descriptor), document);
        signer.Sign(stage, RepositoryLayout.Descriptor, Sha256Digest.Of(document));
    }

    /// <summary>Writes a public key's file.</summary>
    internal static void WriteKey(Func<string, string> stage, PublicKey key)
        => WriteFile(stage(RepositoryLayout.KeyPath(key.Fingerprint.Text)), key.ExportPem());

    /// <summary>Writes one new file.</summary>
    internal static void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        using FileStream file = Create(path);
        file.Write(content);
    }

    private static void WriteIndex(Func<string, string> stage, string name, IndexSheet sheet, DocumentSigner signer)
    {
        string document = $"{RepositoryLayout.IndexDirectory}/{name}";
        using Sha256Hasher hash = new();
        using (FileStream file = Create(stage(document)))
        {
            ArrayBufferWriter<byte> pending = new(BufferSize + (BufferSize / 2));
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
            if (file.Position > Limits.IndexBytes)
            {
                // Better this generation than the next, which could not read it.
                throw new UserErrorException(
                    $"{document} would have {file.Position} bytes, and readers take {Limits.IndexBytes} at most; begin another repository");
            }
        }

        signer.Sign(stage, document, hash.Finish());
    }

    private static void Flush(ArrayBufferWriter<byte> pending, FileStream file, Sha256Hasher hash)
    {
        file.Write(pending.WrittenSpan);
        hash.Append(pending.WrittenSpan);
        pending.ResetWrittenCount();
    }

    private static FileStream Create(string path)
    {
        FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        File.SetUnixFileMode(file.SafeFileHandle, DurableFile.PublicMode);
        return file;
    }
}
