using Peipkg.Format.Archive;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;

namespace Peipkg.Format.Packages;

/// <summary>
/// One walk through an archive: manifest, files manifest, unknown metadata, payload, signature, in this order and no
/// other (§3.2.3). Nothing is taken from an entry before its place is known to be right.
/// </summary>
internal sealed class PackageReading(
    TarBlocks blocks,
    TarReader tar,
    PackageVerifyOptions options,
    CancellationToken cancellation
)
{
    private readonly long _maxUncompressed = Math.Min(options.MaxUncompressed, Limits.UncompressedBytes);
    private readonly PayloadOrder _order = new();
    private int _formsJudged;
    private int _nextFile;

    /// <summary>The edition by whose rules the package was read.</summary>
    internal Edition Edition { get; private set; } = options.Edition ?? Edition.Default;

    internal byte[] ManifestBytes { get; private set; } = [];

    internal Manifest Manifest { get; private set; } = null!;

    internal IReadOnlyList<FilesEntry> Files { get; private set; } = [];

    internal IReadOnlyList<PackageEntry> Entries => _order.Entries;

    internal SignatureEnvelope? Signature { get; private set; }

    internal void Run()
    {
        blocks.Limit = Math.Min(_maxUncompressed, options.Expected?.MaxUncompressed ?? Limits.UncompressedOverhead);
        ReadManifest(Require(PackageNames.Manifest, "first"));
        ReadFiles(Require(PackageNames.Files, "second"));

        TarEntry? entry = ReadUnknownMetadata(Next());
        while (entry is not null && entry.Name != PackageNames.Signature)
        {
            ReadPayload(entry);
            entry = Next();
        }

        if (_nextFile < Files.Count)
        {
            throw new FormatViolationException(
                "files-coverage",
                DisplayText.Escape(Files[_nextFile].Path),
                "files.json lists this file, but the archive does not hold it in its place"
            );
        }

        if (entry is not null)
        {
            RequireFile(entry);
            byte[] document = ReadDocument(entry, Limits.SignatureBytes);
            Signature = Within(entry, () => SignatureEnvelope.Read(document));
            TarEntry? after = Next();
            if (after is not null)
            {
                throw new FormatViolationException(
                    after.Name == PackageNames.Signature ? "signature-duplicate" : "signature-last",
                    DisplayText.Escape(after.Name),
                    "nothing may follow the signature, and a package has one at most"
                );
            }
        }
    }

    private TarEntry? Next()
    {
        cancellation.ThrowIfCancellationRequested();
        TarEntry? entry = tar.ReadEntry(PackageNames.SignatureBytes);
        if (_formsJudged < tar.Forms.Count)
        {
            _formsJudged = tar.Forms.Count;
            JudgeForms();
        }

        return entry;
    }

    /// <summary>Refuses headers that the edition does not take; where any will do, those that none takes.</summary>
    private void JudgeForms()
    {
        FormatViolationException? first = null;
        foreach (Edition edition in options.Edition is null ? Edition.All : [options.Edition])
        {
            FormatViolationException? fault = tar
                .Forms.Select(met => PackageJudgement.HeaderFault(met, edition, options.AllowReferenceHeaders))
                .FirstOrDefault(fault => fault is not null);
            if (fault is null)
            {
                return;
            }

            first ??= fault;
        }

        throw first!;
    }

    private TarEntry Require(string name, string position)
    {
        TarEntry? entry = Next();
        if (entry is null || entry.Name != name)
        {
            throw new FormatViolationException(
                "metadata-order",
                name,
                $"must be the archive's {position} entry, but {(entry is null ? "the archive ends" : $"{DisplayText.Quote(entry.Name)} stands there")}"
            );
        }

        RequireFile(entry);
        return entry;
    }

    private void ReadManifest(TarEntry entry)
    {
        ManifestBytes = ReadDocument(entry, Limits.ManifestBytes);
        Manifest = Within(entry, () => options.Edition is null ? ReadInAny() : ReadIn(options.Edition));
        if (entry.Time != Manifest.Build.Timestamp.UnixSeconds)
        {
            throw new FormatViolationException(
                "tar-mtime",
                entry.Name,
                $"the entries' mtime is {entry.Time}, but build.timestamp is {Manifest.Build.Timestamp} ({Manifest.Build.Timestamp.UnixSeconds})"
            );
        }

        // What an index allows is not widened by the package's own word.
        long declared =
            Manifest.SizeInstalled > _maxUncompressed - Limits.UncompressedOverhead
                ? _maxUncompressed
                : Manifest.SizeInstalled + Limits.UncompressedOverhead;
        blocks.Limit = options.Expected is null ? declared : Math.Min(blocks.Limit, declared);
    }

    private Manifest ReadIn(Edition edition)
    {
        Edition = edition;
        return ManifestDocument.Read(
            ManifestBytes,
            options.Published ? ManifestSource.Published : ManifestSource.Package,
            edition
        );
    }

    /// <summary>Reads the manifest in the newest edition that takes it; in none, the default's refusal is the answer.</summary>
    private Manifest ReadInAny()
    {
        foreach (Edition edition in Edition.All.Reverse())
        {
            try
            {
                return ReadIn(edition);
            }
            catch (FormatViolationException)
            {
                // Another edition may take it.
            }
        }

        return ReadIn(Edition.Default);
    }

    private void ReadFiles(TarEntry entry)
    {
        byte[] document = ReadDocument(entry, Limits.FilesBytes);
        Files = Within(entry, () => FilesDocument.Read(document));
        long total = 0;
        foreach (FilesEntry file in Files)
        {
            if (file.Size > Limits.UncompressedBytes)
            {
                throw new FormatViolationException(
                    "decompression-bound",
                    DisplayText.Escape(file.Path),
                    $"the file is said to have {file.Size} bytes, more than any package may unpack to"
                );
            }

            total += file.Size;
        }

        if (total != Manifest.SizeInstalled)
        {
            throw new FormatViolationException(
                "manifest-size-installed",
                PackageNames.Manifest,
                $"size_installed is {Manifest.SizeInstalled}, but the files have {total} bytes together"
            );
        }
    }

    private TarEntry? ReadUnknownMetadata(TarEntry? entry)
    {
        byte[] last = [];
        while (
            entry is not null
            && entry.Name != PackageNames.Signature
            && entry.Name.StartsWith(PackageNames.MetadataPrefix, StringComparison.Ordinal)
        )
        {
            if (entry.Name is PackageNames.Manifest or PackageNames.Files)
            {
                throw new FormatViolationException(
                    "metadata-duplicate",
                    entry.Name,
                    "the archive holds this entry twice"
                );
            }

            string path = entry.Name.TrimEnd('/');
            if (
                path.Length > PackageNames.MetadataPrefix.Length
                && !PayloadPath.TryValidate(path[PackageNames.MetadataPrefix.Length..], out string? error)
            )
            {
                throw new FormatViolationException("path", DisplayText.Escape(entry.Name), error);
            }

            if (entry.WireName.AsSpan().SequenceCompareTo(last) <= 0)
            {
                throw new FormatViolationException(
                    "metadata-order",
                    DisplayText.Escape(entry.Name),
                    "metadata entries must be sorted by path, each standing once"
                );
            }

            last = entry.WireName;
            entry = Next();
        }

        return entry;
    }

    private void ReadPayload(TarEntry entry)
    {
        PackageEntry placed = _order.Add(entry);
        if (
            placed.Kind == PayloadKind.Symlink
            && !SymlinkTarget.TryValidate(entry.Name, entry.Target, out string? error)
        )
        {
            throw new FormatViolationException("symlink-target", DisplayText.Escape(entry.Name), error);
        }

        if (placed.Kind == PayloadKind.File)
        {
            ReadFile(entry, placed);
        }
        else
        {
            options.Receiver?.Take(placed);
        }
    }

    private void ReadFile(TarEntry entry, PackageEntry placed)
    {
        FilesEntry? listed = _nextFile < Files.Count ? Files[_nextFile] : null;
        if (listed is null || listed.Path != entry.Name)
        {
            throw new FormatViolationException(
                "files-coverage",
                DisplayText.Escape(entry.Name),
                listed is null
                    ? "the archive holds this file, but files.json does not list it"
                    : $"the archive holds this file where files.json lists {DisplayText.Quote(listed.Path)}"
            );
        }

        if (listed.Size != entry.Size)
        {
            throw new FormatViolationException(
                "files-size",
                DisplayText.Escape(entry.Name),
                $"the file has {entry.Size} bytes, files.json says {listed.Size}"
            );
        }

        using Sha256Hasher hash = new Sha256Hasher();
        using Stream? target = options.Receiver?.Open(listed);
        ReadOnlySpan<byte> content;
        Span<byte> head = stackalloc byte[ContentHead.Size];
        int known = 0;
        while (!(content = tar.ReadContent()).IsEmpty)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> begin = content[..Math.Min(content.Length, head.Length - known)];
            begin.CopyTo(head[known..]);
            known += begin.Length;
            hash.Append(content);
            target?.Write(content);
        }

        Sha256Digest computed = hash.Finish();
        if (computed != listed.Hash)
        {
            throw new FormatViolationException(
                "files-hash",
                DisplayText.Escape(entry.Name),
                $"the content's hash is {computed}, files.json says {listed.Hash}"
            );
        }

        placed.Head = new ContentHead(head[..known]);
        _nextFile++;
    }

    private byte[] ReadDocument(TarEntry entry, int limit)
    {
        if (entry.Size > limit)
        {
            throw new FormatViolationException(
                "metadata-size",
                entry.Name,
                $"has {entry.Size} bytes; {limit} are allowed"
            );
        }

        // The size is the archive's word. Bytes are believed as they come, or a tiny file could claim megabytes.
        using var document = new MemoryStream();
        ReadOnlySpan<byte> content;
        while (!(content = tar.ReadContent()).IsEmpty)
        {
            document.Write(content);
        }

        return document.ToArray();
    }

    private static void RequireFile(TarEntry entry)
    {
        if (entry.Type != TarEntryType.File)
        {
            throw new FormatViolationException("metadata-type", entry.Name, "must be a regular file");
        }
    }

    /// <summary>Runs a document's reader and says in its errors which entry the document is.</summary>
    private static T Within<T>(TarEntry entry, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatViolationException problem)
        {
            throw problem.Within(entry.Name);
        }
    }
}
