using Peipkg.Format.Identity;

namespace Peipkg.Repo.Indexing;

/// <summary>The active index as a view of the archive: the highest version of each name (§6.3).</summary>
internal static class ActiveSelection
{
    /// <summary>Takes each name's highest version out of an archive.</summary>
    /// <param name="archive">Rows in archive order.</param>
    /// <param name="ambiguous">
    /// Is told the first two rows of a name whose highest version the archive has twice, so that no one of them is it.
    /// </param>
    internal static List<IndexRow> From(IReadOnlyList<IndexRow> archive, Action<IndexRow, IndexRow> ambiguous)
    {
        List<IndexRow> active = [];
        for (int i = 0; i < archive.Count; i++)
        {
            IndexRow row = archive[i];
            if (active.Count == 0 || active[^1].Name != row.Name)
            {
                active.Add(row);
                if (
                    i + 1 < archive.Count
                    && archive[i + 1] is var next
                    && next.Name == row.Name
                    && PackageVersion.Compare(next.Version, row.Version) == 0
                )
                {
                    ambiguous(row, next);
                }
            }
        }

        return active;
    }
}
