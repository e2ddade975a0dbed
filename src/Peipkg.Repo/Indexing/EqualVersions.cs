using Peipkg.Format;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>Finds versions of an index that no consumer could tell apart.</summary>
internal static class EqualVersions
{
    /// <summary>The first such version.</summary>
    /// <remarks>Equal versions need not be neighbours, because precedence is not transitive.</remarks>
    /// <param name="rows">Rows in the order of their index.</param>
    /// <returns>Null when there is none.</returns>
    internal static FormatViolationException? Find(IReadOnlyList<IndexRow> rows)
    {
        Dictionary<string, IndexRow> seen = new(StringComparer.Ordinal);
        HashSet<(string Version, string Architecture)> spelled = [];
        for (int i = 0; i < rows.Count; i++)
        {
            IndexRow row = rows[i];
            if (i == 0 || rows[i - 1].Name != row.Name)
            {
                seen.Clear();
                spelled.Clear();
                if (i + 1 == rows.Count || rows[i + 1].Name != row.Name)
                {
                    // An only version has nothing to be equal to.
                    continue;
                }
            }

            if (!spelled.Add((row.Version.Text, row.Architecture.Text)))
            {
                return new FormatViolationException(RepositoryRule.IndexDuplicate, "/packages", $"{row} comes twice");
            }

            if (!seen.TryAdd(row.Version.EqualityKey, row) && seen[row.Version.EqualityKey].Version != row.Version)
            {
                return new FormatViolationException(
                    IntakeRule.EqualVersion,
                    "/packages",
                    $"{row} compares equal to {seen[row.Version.EqualityKey].Version}, so that no consumer can tell which is newer"
                );
            }
        }

        return null;
    }
}
