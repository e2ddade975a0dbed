using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// What a publication would change, decided before anything is: the new indexes, what is added, superseded and passed
/// over, and everything that is refused and why. A plan with refusals is only shown.
/// </summary>
internal sealed class PublishPlan
{
    private PublishPlan(
        ulong indexVersion,
        Timestamp generatedAt,
        List<NewPackage> added,
        IReadOnlyList<IndexRow> archive,
        List<IndexRow> active,
        List<Refusal> refusals
    )
    {
        IndexVersion = indexVersion;
        GeneratedAt = generatedAt;
        Added = added;
        Archive = archive;
        Active = active;
        Refusals = refusals;
    }

    /// <summary>The new indexes' version.</summary>
    internal ulong IndexVersion { get; }

    /// <summary>The new indexes' time.</summary>
    internal Timestamp GeneratedAt { get; }

    /// <summary>The packages that come in, in archive order.</summary>
    internal IReadOnlyList<NewPackage> Added { get; }

    /// <summary>The new archive index.</summary>
    internal IReadOnlyList<IndexRow> Archive { get; }

    /// <summary>The new active index.</summary>
    internal IReadOnlyList<IndexRow> Active { get; }

    /// <summary>Everything that stands against publishing.</summary>
    internal IReadOnlyList<Refusal> Refusals { get; }

    /// <summary>Decides.</summary>
    /// <param name="published">The rows that stay, in archive order: the old archive, or none in a rebuild.</param>
    /// <param name="candidates">The verified new packages, in the order of their files.</param>
    /// <param name="indexVersion">The new indexes' version.</param>
    /// <param name="generatedAt">The new indexes' time.</param>
    internal static PublishPlan Create(
        IReadOnlyList<IndexRow> published,
        IReadOnlyList<NewPackage> candidates,
        ulong indexVersion,
        Timestamp generatedAt
    )
    {
        ArchiveMerge merge = ArchiveMerge.Of(published, candidates);
        List<Refusal> refusals = [.. merge.Refusals];
        List<IndexRow> active = ActiveSelection.From(
            merge.Archive,
            (first, second) => RefuseAmbiguity(first, second, merge.Fresh, refusals)
        );
        RefuseSharedUrls(merge.Archive, merge.Fresh, refusals);
        List<NewPackage> added =
            merge.Fresh.Count == 0
                ? []
                : [.. merge.Archive.Where(merge.Fresh.ContainsKey).Select(row => merge.Fresh[row])];
        return new PublishPlan(indexVersion, generatedAt, added, merge.Archive, active, refusals);
    }

    private static void RefuseAmbiguity(
        IndexRow first,
        IndexRow second,
        IReadOnlyDictionary<IndexRow, NewPackage> fresh,
        List<Refusal> refusals
    )
    {
        IndexRow blamed = fresh.ContainsKey(second) ? second : first;
        IndexRow other = blamed == first ? second : first;
        string where = fresh.TryGetValue(other, out NewPackage? package) ? package.File : "the repository";
        refusals.Add(
            new Refusal(
                fresh.TryGetValue(blamed, out NewPackage? culprit) ? culprit.File : blamed.FileName,
                IntakeRule.TwoArchitectures,
                $"{blamed.Name} {blamed.Version} would be the highest version for {blamed.Architecture} and for "
                    + $"{other.Architecture} ({where}), but the active index names one package for each name; keep one repository "
                    + "for each architecture"
            )
        );
    }

    private static void RefuseSharedUrls(
        IReadOnlyList<IndexRow> archive,
        IReadOnlyDictionary<IndexRow, NewPackage> fresh,
        List<Refusal> refusals
    )
    {
        if (fresh.Count == 0)
        {
            return;
        }

        Dictionary<string, IndexRow> byUrl = fresh
            .Keys.DistinctBy(static row => row.Url, StringComparer.Ordinal)
            .ToDictionary(static row => row.Url, StringComparer.Ordinal);
        foreach (IndexRow row in archive)
        {
            if (byUrl.TryGetValue(row.Url, out IndexRow? holder) && holder != row && !holder.IsSamePackage(row))
            {
                NewPackage culprit = fresh.TryGetValue(row, out NewPackage? late) ? late : fresh[holder];
                IndexRow other = culprit.Row == row ? holder : row;
                refusals.Add(
                    new Refusal(
                        culprit.File,
                        IntakeRule.SameUrl,
                        $"{culprit.Row} would have the URL of {other}, {row.Url}; put {{filename}} into --package-url-template"
                    )
                );
            }
        }
    }
}
