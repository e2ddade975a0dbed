using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;

namespace Peipkg.Repo.Remote;

/// <summary>A repository behind a web server.</summary>
internal sealed class RemoteRepositoryReader : RepositoryReader
{
    // Each publication in between spoils one attempt.
    private const int Attempts = 5;

    private readonly RepositoryAddress _address;
    private readonly HttpFetcher _fetcher;
    private readonly CancellationToken _stop;
    private IndexPointers _archive = IndexPointers.ConventionalArchive;

    internal RemoteRepositoryReader(RepositoryAddress address, CancellationToken stop)
    {
        _address = address;
        _fetcher = new HttpFetcher("peipkg-repo", Patience.Usual);
        _stop = stop;
    }

    internal override string Location => _address.ToString();

    // Waiting for a server is not work.
    internal override int Parallelism => 8;

    private Uri DescriptorUri => _address.Conventional(RepositoryLayout.Descriptor);

    internal override RepositorySnapshot ReadDocuments()
    {
        for (int attempt = 1; ; attempt++)
        {
            byte[]? signature = Get(_address.Conventional(RepositoryLayout.DescriptorSignature), Limits.SignatureBytes);
            byte[] content =
                Get(DescriptorUri, Limits.DescriptorBytes)
                ?? throw new UserErrorException($"{Location} is no repository: the server has no {DescriptorUri}");
            (IndexPointers active, _archive) = Pointers(content);
            SignedDocument activeIndex = Read(RepositoryLayout.ActiveIndex, active);
            SignedDocument archiveIndex = Read(RepositoryLayout.ArchiveIndex, _archive);

            // Signatures of two generations always differ, so unchanged ones prove that all came from one.
            bool isWhole =
                Same(signature, Get(_address.Conventional(RepositoryLayout.DescriptorSignature), Limits.SignatureBytes))
                && Same(activeIndex.Signature, Get(Resolve(active.SignatureUrl), Limits.SignatureBytes))
                && Same(archiveIndex.Signature, Get(Resolve(_archive.SignatureUrl), Limits.SignatureBytes));
            if (isWhole || attempt == Attempts)
            {
                return new RepositorySnapshot(
                    Location,
                    new SignedDocument(RepositoryLayout.Descriptor, content, signature),
                    activeIndex,
                    archiveIndex
                );
            }
        }
    }

    internal override Keyring ReadKeys(Descriptor descriptor) =>
        Keyring.Load(
            descriptor,
            key => Resolve(key.Url).ToString(),
            path => _fetcher.TryGet(new Uri(path), Limits.KeyFileBytes, _stop) ?? throw new FileNotFoundException(path)
        );

    internal override IReadOnlyList<PackageCopy> Find(IndexRow row)
    {
        Uri uri = _address.Resolve(row.Url, Resolve(_archive.Url));
        return [new PackageCopy(uri.ToString(), () => _fetcher.TryOpen(uri, _stop))];
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _fetcher.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool Same(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

    private static (IndexPointers Active, IndexPointers Archive) Pointers(byte[] content)
    {
        try
        {
            Descriptor descriptor = DescriptorDocument.Read(content);
            return (descriptor.Active, descriptor.Archive);
        }
        catch (FormatViolationException)
        {
            // Reported by whoever judges the descriptor.
            return (IndexPointers.ConventionalActive, IndexPointers.ConventionalArchive);
        }
    }

    private SignedDocument Read(string name, IndexPointers pointers)
    {
        byte[]? signature = Get(Resolve(pointers.SignatureUrl), Limits.SignatureBytes);
        return new SignedDocument(name, Get(Resolve(pointers.Url), Limits.IndexBytes), signature);
    }

    private Uri Resolve(string url) => _address.Resolve(url, DescriptorUri);

    private byte[]? Get(Uri uri, int limit) => _fetcher.TryGet(uri, limit, _stop);
}
