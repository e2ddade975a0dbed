using Peipkg.Format.Identity;
using Peipkg.Format.Layout;

namespace Peipkg.Format.Manifests;

/// <summary>What an index entry repeats of a manifest, for the rules and the bytes they share.</summary>
internal interface IPackageDescription
{
    PackageName Name { get; }

    PackageVersion Version { get; }

    Architecture Architecture { get; }

    string Description { get; }

    string License { get; }

    LicenseClass LicenseClass { get; }

    string Homepage { get; }

    RootName? DefaultRoot { get; }

    /// <summary>In a manifest only; an index does not repeat it.</summary>
    bool SpecialSystemPackage => false;

    AlternateUpgrade? AlternateUpgrade { get; }

    IReadOnlyList<Dependency> Dependencies { get; }

    IReadOnlyList<Dependency> OptionalDependencies { get; }

    IReadOnlyList<Conflict> Conflicts { get; }

    IReadOnlyList<Provide> Provides { get; }

    IReadOnlyList<Replacement> Replaces { get; }

    IReadOnlyList<SideEffect> SideEffects { get; }

    long SizeInstalled { get; }
}
