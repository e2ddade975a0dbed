using Peipkg.Format.Identity;

namespace Peipkg.Format.Repositories;

/// <summary>The order of packages in an archive index: by name, then by version, the highest first (PSD-009 §6.3).</summary>
/// <remarks>
/// Versions that compare equal are ordered by their text and architecture, so that one set of packages has one order;
/// see <see cref="VersionOrder"/> for sets that no sorting routine could order.
/// </remarks>
public static class IndexOrder
{
    /// <summary>Puts entries in the order of an archive index, whatever order they come in.</summary>
    public static IReadOnlyList<IndexEntry> Sort(IEnumerable<IndexEntry> entries) =>
        [
            .. entries
                .OrderBy(entry => entry.Architecture.Text, StringComparer.Ordinal)
                .GroupBy(entry => entry.Name)
                .OrderBy(group => group.Key)
                .SelectMany(group => VersionOrder.HighestFirst(group, entry => entry.Version)),
        ];

    /// <summary>Picks the highest version of each name from entries in archive order: the packages of the active index.</summary>
    public static IEnumerable<IndexEntry> Highest(IEnumerable<IndexEntry> archive)
    {
        var previous = default(PackageName);
        foreach (var entry in archive)
        {
            if (entry.Name != previous)
            {
                yield return entry;
            }

            previous = entry.Name;
        }
    }
}
