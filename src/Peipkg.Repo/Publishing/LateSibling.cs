using Peipkg.Format.Attestations;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Publishing;

/// <summary>A file that comes to lie beside a package that was published before.</summary>
/// <param name="Row">The package.</param>
/// <param name="Suffix">What the file's name adds to the package's.</param>
/// <param name="Content">The file.</param>
/// <param name="Verdicts">All verdicts on the package, if it is they.</param>
internal sealed record LateSibling(
    IndexRow Row,
    string Suffix,
    Placement Content,
    IReadOnlyList<RebuildVerdict>? Verdicts = null
)
{
    /// <summary>What it is, for people.</summary>
    internal string Text =>
        Suffix switch
        {
            SiblingNames.Attestation => $"an attestation of {Row}",
            SiblingNames.Bill => $"a bill of materials of {Row}",
            _ => $"verdicts on {Row}: "
                + string.Join(
                    ", ",
                    (Verdicts ?? []).Select(static verdict =>
                        $"{verdict.Rebuilder.Fingerprint.Text[..16]} {RebuildVerdict.Text(verdict.Outcome)}"
                    )
                ),
        };

    /// <summary>What lies beside a package when all that is late has come.</summary>
    /// <param name="present">What lies there now.</param>
    /// <param name="late">What comes.</param>
    internal static PackageSiblings With(PackageSiblings present, IEnumerable<LateSibling> late)
    {
        HashSet<string> suffixes = [.. present.Suffixes];
        IReadOnlyList<RebuildNote> notes = present.Rebuilds;
        foreach (LateSibling sibling in late)
        {
            suffixes.Add(sibling.Suffix);
            notes = sibling.Verdicts is { } verdicts ? [.. verdicts.Select(RebuildNote.Of)] : notes;
        }

        return new PackageSiblings([.. SiblingNames.Published.Where(suffixes.Contains)], notes);
    }
}
