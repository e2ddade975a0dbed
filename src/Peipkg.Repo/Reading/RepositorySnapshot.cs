using Microsoft.Win32.SafeHandles;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Posix.Memory;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Reading;

/// <summary>The signed documents of a repository's directory as they lie there, read but not judged.</summary>
/// <param name="Root">The repository's directory.</param>
/// <param name="Descriptor"><c>repo.json</c> and its signature.</param>
/// <param name="Active">The active index and its signature.</param>
/// <param name="Archive">The archive index and its signature.</param>
internal sealed record RepositorySnapshot(
    string Root,
    SignedDocument Descriptor,
    SignedDocument Active,
    SignedDocument Archive
)
{
    // Every publication moves the directory away; whoever meets that ten times in a row is not reading a repository.
    private const int Attempts = 10;

    /// <summary>The edition that the descriptor names; the default one where the descriptor cannot be read.</summary>
    internal Edition Edition
    {
        get
        {
            try
            {
                return DescriptorDocument.Read(Descriptor.Content).Edition;
            }
            catch (FormatViolationException)
            {
                return Edition.Default;
            }
        }
    }

    /// <summary>
    /// Reads the documents. All four files of the indexes come from one open directory, so from one generation, and the
    /// descriptor is the same before and after them, whatever is published meanwhile.
    /// </summary>
    /// <exception cref="UserErrorException">The directory is missing or is no repository.</exception>
    /// <exception cref="FormatViolationException">A file is larger than its kind may be.</exception>
    internal static RepositorySnapshot Read(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new UserErrorException($"{root} is not a directory; \"peipkg-repo init\" makes a repository");
        }

        for (int attempt = 1; ; attempt++)
        {
            SignedDocument descriptor = ReadDescriptor(root);
            (SignedDocument active, SignedDocument archive) = ReadIndexes(root);
            bool isWhole = active.IsComplete && archive.IsComplete && ReadDescriptor(root).HasSameBytes(descriptor);
            if (attempt == Attempts || isWhole)
            {
                return new RepositorySnapshot(root, descriptor, active, archive);
            }
        }
    }

    private static SignedDocument ReadDescriptor(string root)
    {
        string path = Path.Combine(root, RepositoryLayout.Descriptor);
        SignedDocument descriptor = new(
            RepositoryLayout.Descriptor,
            ReadIfThere(path, Limits.DescriptorBytes),
            ReadIfThere(path + RepositoryLayout.SignatureSuffix, Limits.SignatureBytes)
        );
        return descriptor.Content is not null
            ? descriptor
            : throw new UserErrorException($"{root} is no repository: it has no {RepositoryLayout.Descriptor}");
    }

    private static (SignedDocument Active, SignedDocument Archive) ReadIndexes(string root)
    {
        string path = Path.Combine(root, RepositoryLayout.IndexDirectory);
        if (!Directory.Exists(path))
        {
            return (Missing(RepositoryLayout.ActiveIndex), Missing(RepositoryLayout.ArchiveIndex));
        }

        using DirectoryHandle directory = DirectoryHandle.Open(path);
        return Workers.Both(
            () => Read(directory, root, RepositoryLayout.ActiveIndex),
            () => Read(directory, root, RepositoryLayout.ArchiveIndex)
        );

        static SignedDocument Missing(string document) => new(document, null, null);
    }

    private static SignedDocument Read(DirectoryHandle directory, string root, string document)
    {
        string path = Path.Combine(root, document);
        return new SignedDocument(
            document,
            ReadWithin(directory, path, Limits.IndexBytes),
            ReadWithin(directory, path + RepositoryLayout.SignatureSuffix, Limits.SignatureBytes)
        );
    }

    private static byte[]? ReadWithin(DirectoryHandle directory, string path, int limit)
    {
        RequireRegular(path);
        using SafeFileHandle? file = directory.TryOpenFile(
            FileName.Bytes(Path.GetFileName(path)),
            out Errno error,
            followLinks: true
        );
        return file is not null ? ReadAll(file, path, limit)
            : error == Errno.NoEntry ? null
            : throw PosixIOException.Of(error, "open", path);
    }

    private static byte[]? ReadIfThere(string path, int limit)
    {
        RequireRegular(path);
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            return ReadAll(file, path, limit);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // Opening a FIFO would wait for a writer for ever.
    private static void RequireRegular(string path)
    {
        if (FileStatus.Of(path, followLinks: true) is { IsRegular: false })
        {
            throw new FormatViolationException(
                "document-kind",
                path,
                "it is not a regular file; put the document back in its place"
            );
        }
    }

    private static byte[] ReadAll(SafeFileHandle file, string path, int limit)
    {
        long length = RandomAccess.GetLength(file);
        if (length > limit)
        {
            throw new FormatViolationException(
                "document-size",
                path,
                $"the file has {length} bytes; a document of its kind has at most {limit}"
            );
        }

        byte[] content = GC.AllocateUninitializedArray<byte>((int)length);
        LargeMemory.Prepare(content);
        int have = 0;
        while (have < content.Length && RandomAccess.Read(file, content.AsSpan(have), have) is int read and > 0)
        {
            have += read;
        }

        return have == content.Length ? content : content[..have];
    }
}
