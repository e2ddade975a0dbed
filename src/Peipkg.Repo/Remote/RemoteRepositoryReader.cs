using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Remote;

/// <summary>
/// A repository behind a web server. The descriptor is proven before anything that it names is fetched, and each index is
/// proven by its signature before it is held in memory: whoever answers without a key of the repository costs a few small
/// requests.
/// </summary>
internal sealed class RemoteRepositoryReader : RepositoryReader
{
    // Each publication in between spoils one attempt.
    private const int Attempts = 5;

    private readonly RepositoryAddress _address;
    private readonly IReadOnlyList<Fingerprint> _anchors;
    private readonly HttpFetcher _fetcher;
    private readonly CancellationToken _cancellation;
    private Keyring? _keys;
    private IndexPointers _archive = IndexPointers.ConventionalArchive;

    /// <param name="address">The repository's base.</param>
    /// <param name="anchors">The keys one of which must have signed <c>repo.json</c>; empty for any that it lists.</param>
    /// <param name="cancellation">Ends the work early.</param>
    internal RemoteRepositoryReader(
        RepositoryAddress address,
        IReadOnlyList<Fingerprint> anchors,
        CancellationToken cancellation
    )
    {
        _address = address;
        _anchors = anchors;
        _fetcher = new HttpFetcher("peipkg-repo", Patience.Usual);
        _cancellation = cancellation;
    }

    /// <summary>Documents fetched before: an index whose signature is still the same is not fetched again.</summary>
    internal RepositorySnapshot? Known { get; init; }

    internal override string Location => _address.ToString();

    // Waiting for a server is not work.
    internal override int Parallelism => 8;

    private Uri DescriptorUri => _address.LocateConventional(RepositoryLayout.Descriptor);

    internal override RepositorySnapshot ReadDocuments()
    {
        for (int attempt = 1; ; attempt++)
        {
            byte[]? signature = GetDescriptorSignature();
            byte[] content =
                Get(DescriptorUri, Limits.DescriptorBytes)
                ?? throw new UserErrorException($"{Location} is no repository: the server has no {DescriptorUri}");
            SignedDocument document = new(RepositoryLayout.Descriptor, content, signature);
            if (WhyUnproven(document, out Descriptor? descriptor) is { } reason)
            {
                return new RepositorySnapshot(
                    Location,
                    document,
                    Unfetched(RepositoryLayout.ActiveIndex, reason),
                    Unfetched(RepositoryLayout.ArchiveIndex, reason)
                );
            }

            _keys = FetchKeys(descriptor!, static _ => true);
            _archive = descriptor!.Archive;
            SignedDocument active = ReadIndex(RepositoryLayout.ActiveIndex, descriptor.Active);
            SignedDocument archive = ReadIndex(RepositoryLayout.ArchiveIndex, descriptor.Archive);

            // Signatures of two generations always differ, so unchanged ones prove that all came from one.
            bool isWhole =
                Same(signature, GetDescriptorSignature())
                && Same(active.Signature, GetSignature(descriptor.Active))
                && Same(archive.Signature, GetSignature(descriptor.Archive));
            if (isWhole || attempt == Attempts)
            {
                return new RepositorySnapshot(Location, document, active, archive);
            }
        }
    }

    internal override Keyring ReadKeys(Descriptor descriptor) => _keys ?? FetchKeys(descriptor, static _ => false);

    internal override IReadOnlyList<PackageCopy> Find(IndexRow row)
    {
        Uri uri = Resolve(row);
        return [new PackageCopy(uri.ToString(), () => _fetcher.TryOpen(uri, _cancellation))];
    }

    internal override Stream? OpenSibling(IndexRow row, string suffix) =>
        _fetcher.TryOpen(_address.Locate(row.Url + suffix, Resolve(_archive.Url)), _cancellation);

    internal override string? HostElsewhere(IndexRow row)
    {
        Uri uri = Resolve(row);
        return uri.Authority == DescriptorUri.Authority ? null : uri.Authority;
    }

    /// <summary>A public key's file as it is served; null when the server does not have it.</summary>
    internal byte[]? ReadKeyFile(DescriptorKey key) => Get(Resolve(key.Url), Limits.KeyFileBytes);

    /// <summary>Opens a package from a place in it on.</summary>
    /// <param name="row">The package.</param>
    /// <param name="from">How many of its bytes are known already.</param>
    /// <param name="begin">Where the stream begins: there, or at 0.</param>
    /// <returns>Null when the server does not have it.</returns>
    internal Stream? Open(IndexRow row, long from, out long begin) =>
        _fetcher.TryOpen(Resolve(row), from, _cancellation, out begin);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _fetcher.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool Same(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

    private static SignedDocument Unfetched(string name, string reason) =>
        new(name, null, null) { Fault = $"it was not fetched: {reason}" };

    // Whether the key still counts is for whoever judges the document; here it only has to be the one.
    private string? WhyUnproven(SignedDocument document, out Descriptor? descriptor) =>
        DescriptorProof.WhyNot(
            document,
            _anchors,
            (described, signer) => _keys = FetchKeys(described, key => key.Fingerprint == signer),
            Timestamp.FromUnixSeconds(0),
            out descriptor
        );

    private SignedDocument ReadIndex(string name, IndexPointers pointers)
    {
        byte[]? signature = GetSignature(pointers);
        SignatureEnvelope envelope;
        try
        {
            envelope = signature is null
                ? throw new FormatViolationException("signature-missing", "", "its signature is missing")
                : SignatureEnvelope.Read(signature);
        }
        catch (FormatViolationException exception)
        {
            return Unfetched(name, exception.Message) with { Signature = signature };
        }

        if (_keys!.Find(envelope.KeyFingerprint) is not { } key)
        {
            return Unfetched(name, $"repo.json lists no usable key {envelope.KeyFingerprint}, which signed it") with
            {
                Signature = signature,
            };
        }

        SignedDocument? known = Known is null
            ? null
            : new[] { Known.Active, Known.Archive }.First(it => it.Name == name);
        if (known is { IsComplete: true } && Same(signature, known.Signature) && envelope.Verifies(key, known.Content))
        {
            return known;
        }

        Uri uri = Resolve(pointers.Url);
        byte[]? content = _fetcher.TryGet(
            uri,
            Limits.IndexBytes,
            digest => envelope.Verifies(key, digest),
            out bool isWrong,
            _cancellation
        );
        return new SignedDocument(name, content, signature)
        {
            Fault = isWrong ? $"what {uri} sends is not what {envelope.KeyFingerprint} signed" : null,
        };
    }

    private Keyring FetchKeys(Descriptor descriptor, Func<DescriptorKey, bool> wanted)
    {
        int fetched = 0;
        return Keyring.Load(
            descriptor,
            key => Resolve(key.Url).ToString(),
            path =>
                fetched++ < RepoLimits.FetchedKeys
                    ? Get(new Uri(path), Limits.KeyFileBytes)
                    : throw new KeyFileException(
                        $"the key was not fetched: repo.json lists more than {RepoLimits.FetchedKeys} keys"
                    ),
            wanted
        );
    }

    private Uri Resolve(string url) => _address.Locate(url, DescriptorUri);

    private Uri Resolve(IndexRow row) => _address.Locate(row.Url, Resolve(_archive.Url));

    private byte[]? GetDescriptorSignature() =>
        Get(_address.LocateConventional(RepositoryLayout.DescriptorSignature), Limits.SignatureBytes);

    private byte[]? GetSignature(IndexPointers pointers) => Get(Resolve(pointers.SignatureUrl), Limits.SignatureBytes);

    private byte[]? Get(Uri uri, int limit) => _fetcher.TryGet(uri, limit, _cancellation);
}
