using Peipkg.Format.Identity;

namespace Peipkg.Repo.Indexing;

/// <summary>The active index as a view of the archive: the highest version of each name that is offered (§6.3).</summary>
internal static class ActiveSelection
{
    /// <summary>Takes each name's highest version out of an archive, of those that are not withdrawn.</summary>
    /// <param name="archive">Rows in archive order.</param>
    /// <param name="ambiguous">
    /// Is told the first two rows of a name whose highest version the archive has twice, so that no one of them is it.
    /// </param>
    internal static List<IndexRow> From(IReadOnlyList<IndexRow> archive, Action<IndexRow, IndexRow> ambiguous)
    {
        List<IndexRow> active = [];
        int rivals = 0;
        foreach (IndexRow row in archive)
        {
            if (!row.IsOffered)
            {
                continue;
            }

            if (active.Count == 0 || active[^1].Name != row.Name)
            {
                active.Add(row);
                rivals = 0;
            }
            else if (rivals++ == 0 && PackageVersion.Compare(row.Version, active[^1].Version) == 0)
            {
                ambiguous(active[^1], row);
            }
        }

        return active;
    }
}
