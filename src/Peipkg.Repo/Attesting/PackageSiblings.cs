using Peipkg.Format.Attestations;

namespace Peipkg.Repo.Attesting;

/// <summary>What lies beside a package, as far as its page tells it.</summary>
/// <param name="Suffixes">What the files' names add to the package's.</param>
/// <param name="Rebuilds">What came of building it again.</param>
internal sealed record PackageSiblings(IReadOnlyList<string> Suffixes, IReadOnlyList<RebuildNote> Rebuilds)
{
    /// <summary>Nothing.</summary>
    internal static PackageSiblings None { get; } = new([], []);

    /// <summary>Files of a build, and verdicts of others.</summary>
    internal static PackageSiblings Of(IEnumerable<string> suffixes, IReadOnlyList<RebuildVerdict> verdicts) =>
        new(
            [.. suffixes.Where(static suffix => suffix != SiblingNames.Rebuilds), .. Bundle(verdicts)],
            [.. verdicts.Select(RebuildNote.Of)]
        );

    private static string[] Bundle(IReadOnlyList<RebuildVerdict> verdicts) =>
        verdicts.Count > 0 ? [SiblingNames.Rebuilds] : [];
}

/// <summary>Who built a package again, and what came of it.</summary>
/// <param name="Key">The fingerprint of whoever says so.</param>
/// <param name="Verdict">What they say.</param>
internal sealed record RebuildNote(string Key, string Verdict)
{
    internal static RebuildNote Of(RebuildVerdict verdict) =>
        new(verdict.Rebuilder.Fingerprint.Text, RebuildVerdict.Text(verdict.Outcome));
}
