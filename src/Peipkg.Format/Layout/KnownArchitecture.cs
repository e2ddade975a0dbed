using Peipkg.Format.Identity;

namespace Peipkg.Format.Layout;

/// <summary>An architecture that an edition knows.</summary>
/// <param name="Architecture">The identifier.</param>
/// <param name="Triplet">The name of its directory under <c>usr/lib/</c>; null for one that has none.</param>
public sealed record KnownArchitecture(Architecture Architecture, string? Triplet);
