using Peipkg.Format.Identity;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;

namespace Peipkg.Repo.Verifying;

/// <summary>By what the signers of packages are judged.</summary>
/// <param name="keys">The descriptor's keys.</param>
/// <param name="now">The time at which keys in transition must still be accepted.</param>
/// <param name="advertised">The rows of the active index, which consumers install unasked.</param>
internal sealed class PackageTrust(Keyring keys, Timestamp now, IEnumerable<IndexRow> advertised)
{
    private readonly HashSet<(PackageName, PackageVersion, Architecture)> _advertised =
    [
        .. advertised.Select(static row => (row.Name, row.Version, row.Architecture)),
    ];

    internal Keyring Keys => keys;

    internal Timestamp Now => now;

    /// <summary>Whether the active index names the package.</summary>
    internal bool IsAdvertised(IndexRow row) => _advertised.Contains((row.Name, row.Version, row.Architecture));
}
