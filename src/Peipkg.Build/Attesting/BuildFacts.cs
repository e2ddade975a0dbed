using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Manifests;
using Peipkg.Recipes.Sources;

namespace Peipkg.Build.Attesting;

/// <summary>What is known of a build beside what its packages record.</summary>
/// <param name="Edition">The edition of the format that it was made for.</param>
/// <param name="Recipe">The digest of the recipe directory, as it was before the build.</param>
/// <param name="Lock">The archives that the recipe is built from.</param>
internal sealed record BuildFacts(Edition Edition, Sha256Digest Recipe, SourceLock Lock)
{
    /// <summary>The git commit of the source; null where that is not known.</summary>
    internal string? Commit { get; init; }

    /// <summary>How the build was run, such as <c>sandbox</c> and <c>bubblewrap</c>.</summary>
    internal IReadOnlyList<BuildFact> Facts { get; init; } = [];

    /// <summary>What a package was made from, the recipe aside.</summary>
    internal IReadOnlyList<Material> SourcesOf(Manifest manifest)
    {
        string version = manifest.Version.Upstream;
        Material named = SourceAddress.Read(manifest.Build.SourceRef, Commit, version);
        return Lock.Find(version) is { } archive && archive.Sha256 != named.Sha256
            ? [named, SourceAddress.Archive(archive.Url, archive.Sha256, version)]
            : [named];
    }

    /// <summary>All that a package was made from.</summary>
    internal IReadOnlyList<Material> MaterialsOf(Manifest manifest) =>
        [.. SourcesOf(manifest), new Material("recipe", manifest.Build.RecipeRef ?? "") { Directory = Recipe }];
}
