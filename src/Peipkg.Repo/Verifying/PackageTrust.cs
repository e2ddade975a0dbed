using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Verifying;

/// <summary>By what packages and their signers are judged.</summary>
/// <param name="descriptor">The descriptor, which names the edition.</param>
/// <param name="keys">The descriptor's keys.</param>
/// <param name="now">The time at which keys in transition must still be accepted.</param>
/// <param name="advertised">The rows of the active index, which consumers install unasked.</param>
internal sealed class PackageTrust(Descriptor descriptor, Keyring keys, Timestamp now, IEnumerable<IndexRow> advertised)
{
    private readonly HashSet<PackageIdentity> _advertised = [.. advertised.Select(static row => row.Identity)];

    /// <summary>The edition of the packages.</summary>
    internal Edition Edition => descriptor.Edition;

    /// <summary>What a repository may have been allowed to publish.</summary>
    internal PublishPermissions Permissions { get; } =
        new()
        {
            Official = descriptor.Official,
            SpecialSystem = true,
            ReferenceHeaders = true,
        };

    internal Keyring Keys => keys;

    internal Timestamp Now => now;

    /// <summary>Whether the active index names the package.</summary>
    internal bool IsAdvertised(IndexRow row) => _advertised.Contains(row.Identity);
}
