using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Verifying;

/// <summary>A repository from which something is taken: its documents verify as a consumer verifies them, or nothing is.</summary>
internal static class VerifiedSource
{
    /// <summary>Verifies the documents of a repository.</summary>
    /// <param name="source">The repository.</param>
    /// <param name="snapshot">Its documents.</param>
    /// <param name="anchors">The keys one of which must have signed <c>repo.json</c>; empty for any that it lists.</param>
    /// <param name="anyPlaces">Whether the indexes may be elsewhere than this tool writes them.</param>
    /// <param name="context">The world.</param>
    /// <exception cref="UserErrorException">They do not verify.</exception>
    internal static VerifiedDocuments Read(
        RepositoryReader source,
        RepositorySnapshot snapshot,
        IReadOnlyList<Fingerprint> anchors,
        bool anyPlaces,
        OperationContext context
    )
    {
        Timestamp now = context.Now;
        VerificationFindings findings = new();
        ConsumerView view = new(now, AllowUnsigned: false, anchors, MinIndexVersion: 0, anyPlaces);
        VerifiedDocuments documents = DocumentVerification.Run(source, snapshot, view, findings);
        return findings.Failures is [var failure, ..]
            ? throw new UserErrorException(
                $"{source.Location} does not verify, so nothing can be taken from it: {failure.Problem}"
            )
            : documents;
    }
}
