using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Site;

namespace Peipkg.Repo.Auditing;

/// <summary>
/// Refuses a publication that would add findings: what the present generation already suffers from prevents nothing, or
/// one old problem would stop every mend of another.
/// </summary>
internal static class AuditGate
{
    /// <summary>What stands against a generation.</summary>
    /// <param name="state">The repository as it is.</param>
    /// <param name="plan">The generation; its new packages carry their details.</param>
    /// <param name="least">The least severity that prevents it.</param>
    /// <param name="below">What the repositories below advertise, which consumers have besides.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>A refusal for each new finding of that severity or a higher one.</returns>
    internal static IReadOnlyList<Refusal> Check(
        PublishedState state,
        PublishPlan plan,
        AuditSeverity least,
        IReadOnlyList<IndexEntry> below,
        CancellationToken stop
    )
    {
        Dictionary<IndexRow, NewPackage> added = plan.Added.ToDictionary(static package => package.Row);
        ContentSource published = new(state.Root, stop);
        Dictionary<IndexRow, PackageContent?> known = [];
        IReadOnlyList<AuditFinding> before = RepositoryAudit.Run(
            ActiveSelection.From(state.Archive, static (_, _) => { }),
            state.Edition,
            state.Keys,
            row => Remember(row, published.Find(row)),
            below,
            stop
        );
        HashSet<string> old = [.. before.SelectMany(static finding => finding.Keys)];
        IReadOnlyList<AuditFinding> after = RepositoryAudit.Run(
            plan.Active,
            state.Edition,
            state.Keys,
            row =>
                added.TryGetValue(row, out NewPackage? package) ? PackageDetails.TryRead(package.Details.Span, row)
                : known.TryGetValue(row, out PackageContent? content) ? content
                : published.Find(row),
            below,
            stop
        );
        return
        [
            .. after
                .Where(finding => finding.Rule.Severity >= least && finding.Keys.Any(key => !old.Contains(key)))
                .Select(finding => new Refusal(
                    FileOf(finding, added),
                    finding.Rule.Id,
                    $"{finding.Message}; {finding.Rule.Remedy}"
                )),
        ];

        PackageContent? Remember(IndexRow row, PackageContent? content)
        {
            lock (known)
            {
                known[row] = content;
            }

            return content;
        }
    }

    /// <summary>The new file that brings a finding, or, where a package only loses by it, that package.</summary>
    private static string FileOf(AuditFinding finding, Dictionary<IndexRow, NewPackage> added) =>
        added
            .Values.FirstOrDefault(package => finding.Packages.Contains(package.Row.Name.Text, StringComparer.Ordinal))
            ?.File
        ?? finding.Packages[0];
}
