using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Recipes.Sources;

namespace Peipkg.Build.Attesting;

/// <summary>What is known of a build beside what its packages record.</summary>
/// <param name="edition">The edition of the format that it was made for.</param>
/// <param name="recipe">The digest of the recipe directory, as it was before the build.</param>
/// <param name="known">The archives that the recipe is built from.</param>
internal sealed class BuildFacts(Edition edition, Sha256Digest recipe, SourceLock known)
{
    /// <summary>The edition of the format that it was made for.</summary>
    internal Edition Edition => edition;

    /// <summary>The git commit of the source; null where that is not known.</summary>
    internal string? Commit { get; init; }

    /// <summary>Where the recipe is kept, where the packages do not record it; null where that is not known.</summary>
    internal string? RecipeReference { get; init; }

    /// <summary>How the build was run, such as <c>sandbox</c> and <c>bubblewrap</c>.</summary>
    internal IReadOnlyList<BuildFact> Facts { get; init; } = [];

    /// <summary>The packages of the root that it was built in.</summary>
    internal IReadOnlyList<IndexEntry> Root { get; init; } = [];

    /// <summary>What a package was made from, the recipe aside.</summary>
    internal IReadOnlyList<Material> SourcesOf(Manifest manifest)
    {
        string version = manifest.Version.Upstream;
        Material named = SourceAddress.Read(manifest.Build.SourceRef, Commit, version);
        return known.Find(version) is { } archive && archive.Sha256 != named.Sha256
            ? [named, SourceAddress.Archive(archive.Url, archive.Sha256, version)]
            : [named];
    }

    /// <summary>All that a package was made from, and with.</summary>
    internal IReadOnlyList<Material> MaterialsOf(Manifest manifest) =>
        [
            .. SourcesOf(manifest),
            new Material("recipe", manifest.Build.RecipeRef ?? RecipeReference ?? "") { Directory = recipe },
            .. Root.Select(static entry => new Material(
                PackageFileName.Compose(entry.Name, entry.Version, entry.Architecture),
                ""
            )
            {
                Sha256 = entry.Hash,
            }),
        ];
}
