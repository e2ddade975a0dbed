using Peipkg.Format.Identity;

namespace Peipkg.Format.Repositories;

/// <summary>The order of packages in an archive index: by name, then by version, the highest first (PSD-009 §6.3).</summary>
/// <remarks>
/// Versions that compare equal are ordered by their text and architecture, so that one set of packages has one order.
/// Version precedence is not transitive for every set of versions (a word after a tilde equals the same word elsewhere
/// but not what lies between), so the versions of a name are inserted one by one: that puts every neighbour in the
/// right order whatever the set, which a sorting routine would not promise.
/// </remarks>
public static class IndexOrder
{
    /// <summary>Puts entries in the order of an archive index, whatever order they come in.</summary>
    public static IReadOnlyList<IndexEntry> Sort(IEnumerable<IndexEntry> entries)
    {
        var byText = entries.ToList();
        byText.Sort(CompareTexts);
        var sorted = new List<IndexEntry>(byText.Count);
        var firstOfName = 0;
        foreach (var entry in byText)
        {
            if (firstOfName < sorted.Count && sorted[firstOfName].Name != entry.Name)
            {
                firstOfName = sorted.Count;
            }

            var low = firstOfName;
            var high = sorted.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = Compare(sorted[middle], entry) < 0 ? (middle + 1, high) : (low, middle);
            }

            sorted.Insert(low, entry);
        }

        return sorted;
    }

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

    private static int Compare(IndexEntry a, IndexEntry b)
    {
        var order = PackageVersion.Compare(b.Version, a.Version);
        return order != 0 ? order : CompareTexts(a, b);
    }

    private static int CompareTexts(IndexEntry a, IndexEntry b)
    {
        var order = a.Name.CompareTo(b.Name);
        order = order != 0 ? order : string.CompareOrdinal(a.Version.Text, b.Version.Text);
        return order != 0 ? order : string.CompareOrdinal(a.Architecture.Text, b.Architecture.Text);
    }
}
