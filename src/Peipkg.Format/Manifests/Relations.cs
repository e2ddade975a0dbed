using Peipkg.Format.Identity;

namespace Peipkg.Format.Manifests;

/// <summary>A package that must be there, or had better be (PSD-009 §4.1.1).</summary>
/// <param name="Name">The package or virtual name.</param>
/// <param name="Constraint">Which versions will do; all when <see langword="null"/>.</param>
/// <param name="ArchAny">Whether <c>"arch": "any"</c> was written out; its absence means the same.</param>
public readonly record struct Dependency(VirtualName Name, VersionConstraint? Constraint = null, bool ArchAny = false);

/// <summary>A package that must not be there (PSD-009 §4.1.2).</summary>
/// <param name="Name">The package's name.</param>
/// <param name="Constraint">Which versions; all when <see langword="null"/>.</param>
/// <param name="ArchAny">Whether <c>"arch": "any"</c> was written out; its absence means the same.</param>
public readonly record struct Conflict(PackageName Name, VersionConstraint? Constraint = null, bool ArchAny = false);

/// <summary>A name that the package answers to besides its own (PSD-009 §4.1.4).</summary>
/// <param name="Name">The provided name.</param>
/// <param name="Version">The version provided, as written; any when <see langword="null"/>.</param>
public readonly record struct Provide(VirtualName Name, VersionOperand? Version = null);

/// <summary>A package that this one supersedes (PSD-009 §4.1.5).</summary>
/// <param name="Name">The superseded package.</param>
/// <param name="Constraint">Which versions; all when <see langword="null"/>.</param>
public readonly record struct Replacement(PackageName Name, VersionConstraint? Constraint = null);
