using Peipkg.Format.Attestations;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Indexing;

/// <summary>A package file that has been verified whole.</summary>
/// <param name="File">Where it lies.</param>
/// <param name="Row">Its index entry.</param>
/// <param name="Signer">The signing key's fingerprint; null when unsigned.</param>
/// <param name="Details">The document that the package browser shows; empty when there is to be none.</param>
internal sealed record NewPackage(string File, IndexRow Row, string? Signer, ReadOnlyMemory<byte> Details = default)
{
    /// <summary>What lies beside it and comes with it.</summary>
    internal IReadOnlyList<Sibling> Siblings { get; init; } = [];

    /// <summary>The verdicts of those who built it again.</summary>
    internal IReadOnlyList<RebuildVerdict> Rebuilds { get; init; } = [];

    /// <summary>Its file, and what comes with it, on the way to their places; nothing where its URL leads elsewhere.</summary>
    /// <param name="mayLink">Whether the files never change, so that second names for them will do.</param>
    internal IEnumerable<Placement> Placements(bool mayLink) =>
        Row.Place is not { } place
            ? []
            : Siblings
                .Select(sibling => new PackagePlacement(
                    sibling.File,
                    place + sibling.Suffix,
                    sibling.Size,
                    sibling.Hash
                ))
                .Prepend(new PackagePlacement(File, place, Row.Size, Row.Hash))
                .Select(placement => (Placement)(placement with { MayLink = mayLink }))
                .Concat(
                    Rebuilds.Count == 0
                        ? []
                        : [new DocumentPlacement(place + SiblingNames.Rebuilds, RebuildVerdicts.Write(Rebuilds))]
                );
}
