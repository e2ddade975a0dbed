using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>An index read as rows (§6.2).</summary>
/// <param name="Repo">The repository's name.</param>
/// <param name="Kind">Active or archive.</param>
/// <param name="IndexVersion">Its version.</param>
/// <param name="GeneratedAt">Its time.</param>
/// <param name="Rows">Its packages, as the document orders them.</param>
internal sealed record IndexSheet(
    string Repo,
    IndexKind Kind,
    ulong IndexVersion,
    Timestamp GeneratedAt,
    IReadOnlyList<IndexRow> Rows
);
