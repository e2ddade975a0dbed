using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>What the two indexes of one generation owe each other (§6.2.3, §6.3).</summary>
internal static class IndexConsistency
{
    /// <summary>Compares the indexes with each other and with the descriptor.</summary>
    /// <returns>Every disagreement: the file to blame and what is wrong.</returns>
    internal static List<(string File, string Problem)> Check(
        string repositoryName,
        IndexSheet active,
        IndexSheet archive
    )
    {
        const string activeFile = RepositoryLayout.ActiveIndex;
        const string archiveFile = RepositoryLayout.ArchiveIndex;
        List<(string File, string Problem)> problems = [];
        foreach (
            (string file, IndexSheet sheet, IndexKind kind) in new[]
            {
                (activeFile, active, IndexKind.Active),
                (archiveFile, archive, IndexKind.Archive),
            }
        )
        {
            if (sheet.Repo != repositoryName)
            {
                problems.Add(
                    (file, $"it belongs to the repository \"{sheet.Repo}\", repo.json to \"{repositoryName}\"")
                );
            }

            if (sheet.Kind != kind)
            {
                problems.Add((file, "it is the other kind of index"));
            }
        }

        if (active.IndexVersion != archive.IndexVersion || active.GeneratedAt != archive.GeneratedAt)
        {
            problems.Add(
                (
                    activeFile,
                    $"index_version {active.IndexVersion} of {active.GeneratedAt} does not go with the archive's "
                        + $"{archive.IndexVersion} of {archive.GeneratedAt}: the two come from different publications"
                )
            );
        }

        CompareRows(active.Rows, archive.Rows, (row, problem) => problems.Add((activeFile, $"{row}: {problem}")));
        return problems;
    }

    private static void CompareRows(
        IReadOnlyList<IndexRow> active,
        IReadOnlyList<IndexRow> archive,
        Action<IndexRow, string> report
    )
    {
        // Both are sorted by name.
        int next = 0;
        for (int start = 0; start < archive.Count; )
        {
            int end = start;
            PackageName name = archive[start].Name;
            IndexRow? highest = null;
            IndexRow? same = null;
            ReportUnknown(name);
            IndexRow? row = next < active.Count && active[next].Name == name ? active[next++] : null;
            for (; end < archive.Count && archive[end].Name == name; end++)
            {
                highest ??= archive[end].IsOffered ? archive[end] : null;
                same = row is not null && archive[end].SaysTheSame(row) ? archive[end] : same;
            }

            if (row is null)
            {
                if (highest is not null)
                {
                    report(
                        highest,
                        "it is the archive's highest version of its name, but the active index lacks the name"
                    );
                }
            }
            else if (same is null)
            {
                report(row, "the archive has no such entry with the same content");
            }
            else if (highest is null || !same.IsOffered)
            {
                report(row, "the archive says that it is withdrawn");
            }
            else if (PackageVersion.Compare(row.Version, highest.Version) != 0)
            {
                report(row, $"it is not the highest version, the archive has {highest.Version}");
            }

            start = end;
        }

        ReportUnknown(null);

        void ReportUnknown(PackageName? before)
        {
            for (; next < active.Count && (before is not { } name || active[next].Name.CompareTo(name) < 0); next++)
            {
                report(active[next], "the archive does not have the name at all");
            }
        }
    }
}
