using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Retention;

namespace Peipkg.Repo.Site;

/// <summary>What the pages tell: one generation of a repository.</summary>
/// <param name="Descriptor">Its descriptor.</param>
/// <param name="Signer">The key that signs <c>repo.json</c>: the one a new user anchors trust in (§6.5.2).</param>
/// <param name="IndexVersion">The indexes' version.</param>
/// <param name="GeneratedAt">The indexes' time.</param>
/// <param name="Active">The advertised packages.</param>
/// <param name="Archive">All packages.</param>
/// <param name="Retention">What the repository tells of pruning; null when it never did.</param>
internal sealed record SiteContent(
    Descriptor Descriptor,
    Fingerprint Signer,
    ulong IndexVersion,
    Timestamp GeneratedAt,
    IReadOnlyList<IndexRow> Active,
    IReadOnlyList<IndexRow> Archive,
    RetentionRecord? Retention
)
{
    /// <summary>The content of a planned generation.</summary>
    internal static SiteContent Of(
        Descriptor descriptor,
        Fingerprint signer,
        PublishPlan plan,
        RetentionRecord? retention
    ) => new(descriptor, signer, plan.IndexVersion, plan.GeneratedAt, plan.Active, plan.Archive, retention);
}
