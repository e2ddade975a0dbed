using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Remote;

/// <summary>Opens repositories wherever they are.</summary>
internal static class RepositoryReaders
{
    /// <summary>Opens the repository for reading.</summary>
    /// <param name="location">Where it is.</param>
    /// <param name="anchors">The keys one of which must have signed what is fetched; empty for any that it lists.</param>
    /// <param name="diagnostics">Told of directories that are not entered.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static RepositoryReader Open(
        this RepositoryLocation location,
        IReadOnlyList<Fingerprint> anchors,
        Diagnostics diagnostics,
        CancellationToken stop
    ) =>
        location.Address is { } address
            ? new RemoteRepositoryReader(address, anchors, stop)
            : new LocalRepositoryReader(location.ToString(), null, diagnostics);
}
