using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Querying;

/// <summary>A package whose advertised version differs between two states.</summary>
/// <param name="Old">What the older state advertises.</param>
/// <param name="New">What the newer state advertises.</param>
/// <param name="Changes">How their entries differ beyond version, size and build.</param>
internal sealed record AdvertisedChange(IndexEntry Old, IndexEntry New, IReadOnlyList<EntryChange> Changes)
{
    /// <summary>Positive for an upgrade, negative for a downgrade, which no consumer makes unasked.</summary>
    internal int Direction => PackageVersion.Compare(New.Version, Old.Version);
}

/// <summary>A key whose status differs between two states; null where a state does not list it.</summary>
internal sealed record KeyChange(DescriptorKey? Old, DescriptorKey? New);

/// <summary>What lies between two states of a repository.</summary>
internal sealed class RepositoryDifference
{
    private RepositoryDifference(RepositoryView old, RepositoryView current)
    {
        Old = old;
        New = current;
        Dictionary<PackageName, IndexRow> before = old.Active.Rows.ToDictionary(static row => row.Name);
        Dictionary<PackageName, IndexRow> after = current.Active.Rows.ToDictionary(static row => row.Name);
        Appeared = [.. current.Active.Rows.Where(row => !before.ContainsKey(row.Name)).Select(static row => row.Entry)];
        Vanished = [.. old.Active.Rows.Where(row => !after.ContainsKey(row.Name)).Select(static row => row.Entry)];
        Changed =
        [
            .. old
                .Active.Rows.Where(row => after.TryGetValue(row.Name, out IndexRow? now) && !now.SaysTheSame(row))
                .Select(row => (Old: row.Entry, New: after[row.Name].Entry))
                .Select(static pair => new AdvertisedChange(
                    pair.Old,
                    pair.New,
                    EntryChanges.Between(pair.Old, pair.New)
                )),
        ];

        Dictionary<PackageIdentity, IndexRow> archived = old.Archive.Rows.ToDictionary(static row => row.Identity);
        HashSet<PackageIdentity> kept = [.. current.Archive.Rows.Select(static row => row.Identity)];
        Published = [.. current.Archive.Rows.Where(row => !archived.ContainsKey(row.Identity))];
        Forgotten = [.. old.Archive.Rows.Where(row => !kept.Contains(row.Identity))];
        Rewritten =
        [
            .. current.Archive.Rows.Where(row =>
                archived.TryGetValue(row.Identity, out IndexRow? was) && was.Hash != row.Hash
            ),
        ];
        Marked =
        [
            .. current.Archive.Rows.Where(row =>
                archived.TryGetValue(row.Identity, out IndexRow? was) && was.Entry.Withdrawn != row.Entry.Withdrawn
            ),
        ];
        Keys =
        [
            .. old
                .Descriptor.Keys.Select(key => new KeyChange(key, current.Descriptor.FindKey(key.Fingerprint)))
                .Concat(
                    current
                        .Descriptor.Keys.Where(key => old.Descriptor.FindKey(key.Fingerprint) is null)
                        .Select(static key => new KeyChange(null, key))
                )
                .Where(static change => change.Old != change.New),
        ];
    }

    internal RepositoryView Old { get; }

    internal RepositoryView New { get; }

    /// <summary>Names that only the newer state advertises.</summary>
    internal IReadOnlyList<IndexEntry> Appeared { get; }

    /// <summary>Names that only the older state advertises.</summary>
    internal IReadOnlyList<IndexEntry> Vanished { get; }

    /// <summary>Names that both advertise, but not alike.</summary>
    internal IReadOnlyList<AdvertisedChange> Changed { get; }

    /// <summary>Packages that only the newer archive has.</summary>
    internal IReadOnlyList<IndexRow> Published { get; }

    /// <summary>Packages that only the older archive has.</summary>
    internal IReadOnlyList<IndexRow> Forgotten { get; }

    /// <summary>Packages whose bytes differ although name, version and architecture do not.</summary>
    internal IReadOnlyList<IndexRow> Rewritten { get; }

    /// <summary>Packages of both archives that were withdrawn since, or are offered again: the newer rows.</summary>
    internal IReadOnlyList<IndexRow> Marked { get; }

    internal IReadOnlyList<KeyChange> Keys { get; }

    /// <summary>Whether the states hold the same packages and keys.</summary>
    internal bool IsEmpty =>
        Appeared.Count
            + Vanished.Count
            + Changed.Count
            + Published.Count
            + Forgotten.Count
            + Rewritten.Count
            + Marked.Count
            + Keys.Count
        == 0;

    /// <summary>Compares.</summary>
    internal static RepositoryDifference Between(RepositoryView old, RepositoryView current) => new(old, current);
}
