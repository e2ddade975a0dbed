namespace Peipkg.Repo.Indexing;

/// <summary>A package file that has been verified whole.</summary>
/// <param name="File">Where it lies.</param>
/// <param name="Row">Its index entry.</param>
/// <param name="Signer">The signing key's fingerprint; null when unsigned.</param>
/// <param name="Details">The document that the package browser shows; empty when there is to be none.</param>
internal sealed record NewPackage(string File, IndexRow Row, string? Signer, ReadOnlyMemory<byte> Details = default);
