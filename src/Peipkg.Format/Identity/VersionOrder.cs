namespace Peipkg.Format.Identity;

/// <summary>Puts versions in order of precedence, whatever they are.</summary>
/// <remarks>
/// Precedence is not transitive for every set of versions: a word after a tilde equals the same word elsewhere, but not
/// what lies between (<c>1.foo.4-1</c> is older than <c>1~foo.5-1</c>, that than <c>1.0-1</c>, and that than
/// <c>1.foo.4-1</c>). A sorting routine may throw on such a set, and upstream chooses the versions. Inserted one by one
/// between neighbours, any set finds an order in which no version is older than the one after it, and the same order
/// however the set was given.
/// </remarks>
public static class VersionOrder
{
    /// <summary>Orders items by their versions, the highest first; equal ones by text, then as they came.</summary>
    /// <param name="items">The items.</param>
    /// <param name="versionOf">Tells an item's version.</param>
    public static IReadOnlyList<T> HighestFirst<T>(IEnumerable<T> items, Func<T, PackageVersion> versionOf)
    {
        var ordered = new List<T>();
        foreach (var item in items.OrderBy(item => versionOf(item).Text, StringComparer.Ordinal))
        {
            var version = versionOf(item);
            var low = 0;
            var high = ordered.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                var isAbove = PackageVersion.Compare(versionOf(ordered[middle]), version) >= 0;
                (low, high) = isAbove ? (middle + 1, high) : (low, middle);
            }

            ordered.Insert(low, item);
        }

        return ordered;
    }
}
