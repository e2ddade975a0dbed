using Peipkg.Format.Identity;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Retention;

/// <summary>Which pre-releases go: old ones that no rule keeps.</summary>
internal static class PrunePlan
{
    private const long SecondsOfDay = 24 * 60 * 60;

    /// <summary>Decides.</summary>
    /// <param name="archive">The rows of the archive, each name's from the highest version to the lowest.</param>
    /// <param name="olderThanDays">Pre-releases built longer ago may go.</param>
    /// <param name="keep">So many of the highest pre-releases of each name stay.</param>
    /// <param name="now">What the age counts back from.</param>
    /// <returns>Pre-releases only; never a name's highest version, which the active index advertises.</returns>
    internal static IReadOnlyList<IndexRow> Decide(
        IReadOnlyList<IndexRow> archive,
        int olderThanDays,
        int keep,
        Timestamp now
    )
    {
        List<IndexRow> candidates = [];
        PackageName name = default;
        PackageVersion highest = default;
        PackageVersion last = default;
        int seen = 0;
        foreach (IndexRow row in archive)
        {
            if (!row.IsOffered)
            {
                // It tells for ever that these bytes are not to come back.
                continue;
            }

            if (row.Name != name)
            {
                (name, highest, last, seen) = (row.Name, row.Version, default, 0);
            }

            // A letter release is a release to people, and what is pruned does not come back.
            if (row.Version is { IsPreRelease: true, IsLetterRelease: false })
            {
                // One version for several architectures is one pre-release.
                seen += row.Version == last ? 0 : 1;
                last = row.Version;
                if (seen > keep && PackageVersion.Compare(row.Version, highest) != 0)
                {
                    candidates.Add(row);
                }
            }
        }

        return
        [
            .. candidates.Where(row =>
                row.Entry.Build is { } build
                && now.UnixSeconds - build.Timestamp.UnixSeconds > olderThanDays * SecondsOfDay
            ),
        ];
    }
}
