using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;

namespace Peipkg.Recipes;

/// <summary>Makes the manifest of a stanza's package: what the recipe says, completed by what the build knows (§3.3).</summary>
public static class StanzaManifest
{
    /// <summary>Composes it; its size_installed is only known once there are files.</summary>
    /// <param name="meta">What all stanzas share.</param>
    /// <param name="stanza">The package's own.</param>
    /// <param name="version">The version being built.</param>
    /// <param name="build">When, by whom and from what.</param>
    public static Manifest Compose(RecipeMeta meta, Stanza stanza, PackageVersion version, BuildInfo build) =>
        new()
        {
            Name = stanza.Name,
            Version = version,
            Architecture = stanza.Architecture,
            Description = stanza.Description,
            License = meta.License,
            LicenseClass = stanza.LicenseClass,
            Homepage = meta.Homepage,
            DefaultRoot = stanza.DefaultRoot,
            SpecialSystemPackage = stanza.SpecialSystemPackage,
            AlternateUpgrade = stanza.AlternateUpgrade,
            Dependencies = Dependencies(stanza.Dependencies, version),
            OptionalDependencies = Dependencies(stanza.OptionalDependencies, version),
            Conflicts =
            [
                .. stanza
                    .Conflicts.OrderBy(conflict => conflict.Name)
                    .Select(conflict => new Conflict(
                        PackageName.Parse(conflict.Name.Text),
                        conflict.ConstraintFor(version),
                        conflict.ArchAny
                    )),
            ],
            Provides = [.. stanza.Provides.OrderBy(provide => provide.Name)],
            Replaces = [.. stanza.Replaces.OrderBy(replacement => replacement.Name)],
            SideEffects = stanza.SideEffects,
            Build = build,
        };

    private static IReadOnlyList<Dependency> Dependencies(
        IReadOnlyList<StanzaDependency> list,
        PackageVersion version
    ) =>
        [
            .. list.OrderBy(dependency => dependency.Name)
                .Select(dependency => new Dependency(
                    dependency.Name,
                    dependency.ConstraintFor(version),
                    dependency.ArchAny
                )
                {
                    Extras = dependency.Extras,
                }),
        ];
}
