using Peipkg.Build.Fetching;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Build.Composing;

/// <summary>A repository from which a root is composed, verified as a consumer verifies it.</summary>
internal sealed class ComposeSource
{
    // A publication may come between a document and its signature.
    private const int Attempts = 3;
    private const int FetchedKeys = 64;

    private readonly RepositoryLocation _location;
    private readonly string _temporary;
    private readonly ToolContext _context;
    private Keyring? _keyring;
    private IReadOnlyList<IndexEntry>? _archive;

    private ComposeSource(RepositoryLocation location, string temporary, ToolContext context)
    {
        _location = location;
        _temporary = temporary;
        _context = context;
        Now = Timestamp.Nearest(context.Clock.GetUtcNow());
    }

    /// <summary>What the repository says of itself, proven by its signature.</summary>
    internal Descriptor Descriptor { get; private set; } = null!;

    /// <summary>The packages that it offers, one of each name.</summary>
    internal IReadOnlyList<IndexEntry> Offered { get; private set; } = [];

    /// <summary>The time by which keys in transition are judged.</summary>
    internal Timestamp Now { get; }

    /// <summary>The keys whose signatures count.</summary>
    internal IReadOnlyList<PublicKey> Keys { get; private set; } = [];

    /// <summary>Reads and verifies a repository's documents.</summary>
    /// <param name="location">Where it is.</param>
    /// <param name="trusted">The keys one of which must have signed its descriptor.</param>
    /// <param name="temporary">A private directory for what is fetched.</param>
    /// <param name="context">What the work uses of the world.</param>
    /// <exception cref="UserErrorException">It cannot be had, or does not verify.</exception>
    internal static ComposeSource Open(
        RepositoryLocation location,
        IReadOnlyList<Fingerprint> trusted,
        string temporary,
        ToolContext context
    )
    {
        location.Address?.WarnIfPlain(context.Diagnostics);
        ComposeSource source = new(location, temporary, context);
        for (int attempt = 1; ; attempt++)
        {
            string? fault = source.Verify(trusted);
            if (fault is null)
            {
                return source;
            }

            if (attempt == Attempts)
            {
                throw new UserErrorException($"{location} does not verify, so nothing is taken from it: {fault}");
            }
        }
    }

    /// <summary>Every version of a name that was ever published and may still be offered.</summary>
    internal IEnumerable<IndexEntry> Versions(string name) =>
        ReadArchive().Where(entry => entry.Name.Text == name && entry.Withdrawn is null);

    /// <summary>The file of a package, which is not verified yet.</summary>
    /// <exception cref="UserErrorException">It is elsewhere, or cannot be had.</exception>
    internal string GetPackage(IndexEntry entry)
    {
        if (_location.Address is { } address)
        {
            string file = Path.Combine(
                _temporary,
                PackageFileName.Compose(entry.Name, entry.Version, entry.Architecture)
            );
            Download.Get(UriOf(address, entry), file, entry.SizeCompressed + 1024, _context);
            return file;
        }

        return Path.Combine(
            _location.ToString(),
            RepositoryLayout.PackagePath(entry.Url)
                ?? throw new UserErrorException(
                    $"{entry.Name} {entry.Version} is not in {_location}, which only names {entry.Url}"
                )
        );
    }

    /// <summary>A file beside a package.</summary>
    /// <param name="entry">The package.</param>
    /// <param name="suffix">What the file's name adds to the package's.</param>
    /// <param name="mostBytes">The largest it may be.</param>
    /// <returns>Null where it cannot be had.</returns>
    internal byte[]? TryReadSibling(IndexEntry entry, string suffix, int mostBytes)
    {
        try
        {
            if (_location.Address is null)
            {
                string place = GetPackage(entry) + suffix;
                return File.Exists(place) ? BoundedFile.Read(place, mostBytes) : null;
            }

            string file = Path.Combine(_temporary, "sibling");
            Download.Get(UriOf(_location.Address, entry) + suffix, file, mostBytes, _context);
            byte[] content = BoundedFile.Read(file, mostBytes);
            File.Delete(file);
            return content;
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _location.ToString();

    private IReadOnlyList<IndexEntry> ReadArchive()
    {
        if (_archive is null)
        {
            string? fault = ReadIndex(Descriptor.Archive, IndexKind.Archive, out _archive);
            if (fault is not null)
            {
                throw new UserErrorException($"{_location} does not verify, so nothing is taken from it: {fault}");
            }
        }

        return _archive;
    }

    private string UriOf(RepositoryAddress address, IndexEntry entry) =>
        address.Resolve(
            entry.Url,
            address.Resolve(Descriptor.Active.Url, address.Conventional(RepositoryLayout.Descriptor))
        );

    private string? Verify(IReadOnlyList<Fingerprint> trusted)
    {
        SignedDocument document = ReadSigned(
            RepositoryLayout.Descriptor,
            "/" + RepositoryLayout.Descriptor,
            "/" + RepositoryLayout.DescriptorSignature,
            Limits.DescriptorBytes
        );
        string? fault = DescriptorProof.WhyNot(
            document,
            trusted,
            (described, signer) => ReadKeys(described, key => key.Fingerprint == signer),
            Now,
            out Descriptor? descriptor
        );
        if (fault is not null)
        {
            return fault;
        }

        Descriptor = descriptor!;
        _keyring = ReadKeys(Descriptor, static key => key.Status != KeyStatus.Revoked);
        Keys = _keyring.CountingAt(Now);
        fault = ReadIndex(Descriptor.Active, IndexKind.Active, out IReadOnlyList<IndexEntry> offered);
        Offered = offered;
        return fault;
    }

    private string? ReadIndex(IndexPointers pointers, IndexKind kind, out IReadOnlyList<IndexEntry> packages)
    {
        packages = [];
        string name = kind == IndexKind.Active ? RepositoryLayout.ActiveIndex : RepositoryLayout.ArchiveIndex;
        SignedDocument document = ReadSigned(name, pointers.Url, pointers.SignatureUrl, Limits.IndexBytes);
        if (SignatureCheck.Of(document, _keyring!, Now).Problem is { } problem)
        {
            return problem;
        }

        try
        {
            RepositoryIndex index = IndexDocument.Read(document.Content!, Descriptor.Edition);
            packages = index.Packages;
            return index.Kind != kind || index.Repo != Descriptor.Name
                ? $"{name} is not this repository's: it is of \"{index.Repo}\""
                : null;
        }
        catch (FormatViolationException exception)
        {
            return $"{name}: {exception.Message}";
        }
    }

    private SignedDocument ReadSigned(string name, string url, string signatureUrl, int limit)
    {
        // The signature first: what is published in between makes it wrong, and never right by chance.
        byte[] signature = Read(signatureUrl, Limits.SignatureBytes);
        return new SignedDocument(name, Read(url, limit), signature);
    }

    private Keyring ReadKeys(Descriptor descriptor, Func<DescriptorKey, bool> wanted)
    {
        int read = 0;
        return Keyring.Load(
            descriptor,
            static key => key.Url,
            url =>
                read++ < FetchedKeys
                    ? Read(url, Limits.KeyFileBytes)
                    : throw new KeyFileException($"repo.json lists more than {FetchedKeys} keys"),
            wanted
        );
    }

    private byte[] Read(string url, int limit)
    {
        if (_location.Address is { } address)
        {
            string file = Path.Combine(_temporary, "document");
            string uri = address.Resolve(url, address.Conventional(RepositoryLayout.Descriptor));
            Download.Get(uri, file, limit, _context);
            byte[] content = BoundedFile.Read(file, limit);
            File.Delete(file);
            return content;
        }

        return RepositoryLayout.DescribedPath(url) is { } path
            ? BoundedFile.Read(Path.Combine(_location.ToString(), path), limit)
            : throw new UserErrorException($"{url} is not in {_location}; name the repository by its address");
    }
}
