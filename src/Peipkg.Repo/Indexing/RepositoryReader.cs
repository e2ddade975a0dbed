using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Reading;

namespace Peipkg.Repo.Indexing;

/// <summary>A place from which a package's bytes can be had.</summary>
/// <param name="Place">Where, for people.</param>
/// <param name="Open">Opens it; null when nothing is there.</param>
internal sealed record PackageCopy(string Place, Func<Stream?> Open);

/// <summary>A repository as whoever verifies it reaches it: a directory, or an address.</summary>
internal abstract class RepositoryReader : IDisposable
{
    /// <summary>Where it is, for people.</summary>
    internal abstract string Location { get; }

    /// <summary>How many packages are best read at once.</summary>
    internal abstract int Parallelism { get; }

    /// <summary>Reads the signed documents, all of one generation.</summary>
    internal abstract RepositorySnapshot ReadDocuments();

    /// <summary>Reads the key files that a descriptor names.</summary>
    internal abstract Keyring ReadKeys(Descriptor descriptor);

    /// <summary>Where a package is; empty when it is elsewhere and not looked at.</summary>
    internal abstract IReadOnlyList<PackageCopy> Find(IndexRow row);

    /// <summary>Opens a file beside a package.</summary>
    /// <param name="row">The package.</param>
    /// <param name="suffix">What the file's name adds to the package's.</param>
    /// <returns>Null when it is not there, or the package is elsewhere and not looked at.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal abstract Stream? OpenSibling(IndexRow row, string suffix);

    /// <summary>The other host that a package's URL names; null when it is in the repository.</summary>
    internal abstract string? HostElsewhere(IndexRow row);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases connections.</summary>
    protected virtual void Dispose(bool disposing) { }
}

/// <summary>A repository in a directory, its packages there or in another.</summary>
internal sealed class LocalRepositoryReader : RepositoryReader
{
    private readonly string _root;
    private readonly ILookup<string, string>? _byName;

    /// <param name="root">The repository.</param>
    /// <param name="allPackages">
    /// Where to look for packages by name before looking where the URLs point in the repository; null for there alone.
    /// </param>
    /// <param name="diagnostics">Told of directories that are not entered.</param>
    internal LocalRepositoryReader(string root, string? allPackages, Diagnostics diagnostics)
    {
        _root = root;
        _byName = allPackages is null
            ? null
            : NewFiles
                .Find(allPackages, "--all-packages-dir", diagnostics)
                .ToLookup(static path => Path.GetFileName(path));
    }

    internal override string Location => _root;

    internal override int Parallelism => Environment.ProcessorCount;

    internal override RepositorySnapshot ReadDocuments() => RepositorySnapshot.Read(_root);

    internal override Keyring ReadKeys(Descriptor descriptor) => PublishedKeys.Read(_root, descriptor);

    internal override IReadOnlyList<PackageCopy> Find(IndexRow row)
    {
        IEnumerable<string> given = [];
        if (_byName is not null)
        {
            string last = row.Url[(row.Url.LastIndexOf('/') + 1)..];
            given = [.. _byName[row.FileName], .. last == row.FileName ? [] : _byName[last]];
        }

        PackageCopy[] copies =
        [
            .. given.Select(Copy),
            .. row.Place is { } path ? [Copy(Path.Combine(_root, path))] : Array.Empty<PackageCopy>(),
        ];
        return copies.Length > 0 || _byName is null
            ? copies
            : [new PackageCopy("the given directory", static () => null)];
    }

    internal override Stream? OpenSibling(IndexRow row, string suffix) =>
        Find(row) is [var copy, ..] ? Copy(copy.Place + suffix).Open() : null;

    internal override string? HostElsewhere(IndexRow row) =>
        Uri.TryCreate(row.Url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? uri.Authority
            : null;

    private static PackageCopy Copy(string path) =>
        new(
            path,
            () =>
            {
                // Opening a FIFO would wait for a writer for ever.
                return FileStatus.Of(path, followLinks: true) switch
                {
                    null => null,
                    { IsRegular: false } => throw new IOException($"{path} is not a regular file"),
                    _ => new FileStream(
                        path,
                        FileMode.Open,
                        FileAccess.Read,
                        FileShare.Read,
                        bufferSize: 0,
                        FileOptions.SequentialScan
                    ),
                };
            }
        );
}
