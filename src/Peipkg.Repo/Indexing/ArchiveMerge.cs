using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>Puts new packages in their places among the published ones of an archive index (§6.3).</summary>
/// <remarks>
/// Precedence is not transitive for every set of versions (<c>1.0~foo</c> equals <c>1.0foo</c>, with <c>1.0</c> between
/// them), so a new version is compared with every version of its name: neighbours alone would not tell whether it equals
/// one, or whether there is an order at all.
/// </remarks>
internal sealed class ArchiveMerge
{
    private readonly Dictionary<IndexRow, NewPackage> _fresh = [];
    private readonly List<IndexRow> _archive = [];
    private readonly List<Refusal> _refusals = [];

    private ArchiveMerge() { }

    /// <summary>The new archive, without what is refused.</summary>
    internal IReadOnlyList<IndexRow> Archive => _archive;

    /// <summary>The packages that came in, by their rows.</summary>
    internal IReadOnlyDictionary<IndexRow, NewPackage> Fresh => _fresh;

    /// <summary>What cannot be put among the others.</summary>
    internal IReadOnlyList<Refusal> Refusals => _refusals;

    /// <summary>Merges.</summary>
    /// <param name="published">Rows in archive order.</param>
    /// <param name="candidates">Verified packages in any order.</param>
    internal static ArchiveMerge Of(IReadOnlyList<IndexRow> published, IReadOnlyList<NewPackage> candidates)
    {
        ArchiveMerge merge = new();
        merge._archive.EnsureCapacity(published.Count + candidates.Count);
        int next = 0;
        foreach (
            IGrouping<PackageName, NewPackage> name in candidates
                .GroupBy(static package => package.Row.Name)
                .OrderBy(static group => group.Key)
        )
        {
            while (next < published.Count && published[next].Name.CompareTo(name.Key) < 0)
            {
                merge._archive.Add(published[next++]);
            }

            int first = merge._archive.Count;
            while (next < published.Count && published[next].Name == name.Key)
            {
                merge._archive.Add(published[next++]);
            }

            foreach (
                NewPackage package in name.OrderBy(static package => package.Row.Version.Text, StringComparer.Ordinal)
                    .ThenBy(static package => package.Row.Architecture.Text, StringComparer.Ordinal)
            )
            {
                merge.Insert(package, first);
            }
        }

        for (; next < published.Count; next++)
        {
            merge._archive.Add(published[next]);
        }

        return merge;
    }

    /// <summary>Inserts among the rows of its name, which are those from <paramref name="first"/> to the end.</summary>
    private void Insert(NewPackage package, int first)
    {
        int position = first;
        for (int i = first; i < _archive.Count; i++)
        {
            IndexRow row = _archive[i];
            int order = PackageVersion.Compare(row.Version, package.Row.Version);
            if (order == 0 && RefuseEqual(package, row))
            {
                return;
            }

            bool isBefore =
                order > 0
                || (
                    order == 0
                    && position == i
                    && string.CompareOrdinal(row.Architecture.Text, package.Row.Architecture.Text) < 0
                );
            if (isBefore && position < i)
            {
                RefuseCircle(package, _archive[position], row);
                return;
            }

            position = isBefore ? i + 1 : position;
        }

        _archive.Insert(position, package.Row);
        _fresh.Add(package.Row, package);
    }

    /// <summary>Refuses or passes over a package whose version equals a row's, unless only the architecture differs.</summary>
    private bool RefuseEqual(NewPackage package, IndexRow row)
    {
        if (row.Version != package.Row.Version)
        {
            Refuse(
                package,
                IntakeRule.EqualVersion,
                $"version {package.Row.Version} of {package.Row.Name} compares equal to {row.Version}, which {Where(row)}; no "
                    + "consumer could tell which is newer: build it with a higher revision"
            );
            return true;
        }

        if (!row.IsSamePackage(package.Row))
        {
            return false;
        }

        if (_fresh.TryGetValue(row, out NewPackage? twin))
        {
            // The same bytes twice are one package.
            if (row.Hash != package.Row.Hash)
            {
                Refuse(
                    package,
                    IntakeRule.Duplicate,
                    $"{row} is also in {twin.File}, with other bytes; give only the one to be published"
                );
            }
        }
        else
        {
            Refuse(
                package,
                row.IsOffered ? IntakeRule.AlreadyPublished : IntakeRule.Withdrawn,
                row.Entry.Withdrawn is { } withdrawal
                        ? $"{row} was withdrawn at {withdrawal.At} ({withdrawal.Reason}); build it with a higher revision, or offer it again "
                            + "with withdraw --undo"
                    : row.Hash == package.Row.Hash
                        ? $"{row} is already published with these bytes; --skip-existing passes over such files"
                    : $"{row} is already published with other bytes ({row.Hash}), and what is published never changes; build it "
                        + "with a higher revision"
            );
        }

        return true;
    }

    private void RefuseCircle(NewPackage package, IndexRow older, IndexRow newer) =>
        Refuse(
            package,
            IntakeRule.NoOrder,
            $"version {package.Row.Version} of {package.Row.Name} is newer than {older.Version}, which {Where(older)}, but older "
                + $"than {newer.Version}, which {Where(newer)}, although {older.Version} is the newer of the two: the three go in a "
                + "circle and no index can sort them; spell the version differently"
        );

    private string Where(IndexRow row) =>
        _fresh.TryGetValue(row, out NewPackage? package) ? $"is in {package.File}" : "is already published";

    private void Refuse(NewPackage package, string rule, string reason) =>
        _refusals.Add(new Refusal(package.File, rule, reason));
}
