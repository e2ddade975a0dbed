using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;

namespace Peipkg.Repo.Attesting;

/// <summary>Whose verdicts count, and how many a package needs.</summary>
/// <param name="Rebuilders">The keys that count.</param>
/// <param name="Required">How many of them must have built the same bytes.</param>
internal sealed record RebuildPolicy(IReadOnlyList<Fingerprint> Rebuilders, int Required)
{
    /// <summary>Nobody counts, and nobody is needed.</summary>
    internal static RebuildPolicy None { get; } = new([], 0);

    /// <summary>Why a key's verdict on a package says nothing, or null.</summary>
    /// <param name="key">Whoever signed the verdict.</param>
    /// <param name="own">The keys of the repository.</param>
    /// <param name="signer">The key that signed the package; null for none.</param>
    internal static string? WhyNot(Fingerprint key, IEnumerable<Fingerprint> own, Fingerprint? signer) =>
        key == signer ? $"{key} has signed the package itself, and nobody vouches for packages of their own"
        : own.Contains(key) ? $"{key} is a key of this repository, which does not vouch for itself"
        : null;

    /// <summary>What stands against a package by its verdicts, or null.</summary>
    /// <param name="verdicts">At most one of a key.</param>
    /// <param name="own">The keys of the repository.</param>
    /// <param name="signer">The key that signed the package; null for none.</param>
    internal (string Rule, string Reason)? Judge(
        IEnumerable<RebuildVerdict> verdicts,
        IReadOnlyCollection<Fingerprint> own,
        Fingerprint? signer
    )
    {
        RebuildVerdict[] counted =
        [
            .. verdicts.Where(verdict =>
                Rebuilders.Contains(verdict.Rebuilder.Fingerprint)
                && WhyNot(verdict.Rebuilder.Fingerprint, own, signer) is null
            ),
        ];
        if (Array.Find(counted, static verdict => verdict.Outcome == RebuildOutcome.Different) is { } different)
        {
            string what = string.Join("; ", different.Differences.Take(3));
            return (
                AttestationRule.Different,
                $"{different.Rebuilder.Fingerprint} has built other bytes{(what.Length > 0 ? $" ({what})" : "")}; "
                    + "find out why with \"peipkg-build reproduce\", and publish it when it comes out the same"
            );
        }

        int same = counted.Count(static verdict => verdict.Outcome == RebuildOutcome.Identical);
        int failed = counted.Length - same;
        return same >= Required
            ? null
            : (
                AttestationRule.TooFew,
                $"{same} of the {Required} rebuilders that it needs have built the same bytes"
                    + (failed > 0 ? $", and {failed} could not build it" : "")
                    + "; bring their verdicts, as \"peipkg-build reproduce --verdict-key\" writes them"
            );
    }
}
