using Peipkg.Build.Fetching;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Manifests;
using Peipkg.Recipes;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Reproducing;

/// <summary>
/// The source tree of a package that was published: the archive that the recipe's <c>peipkg.lock</c> names for its version,
/// or the tree that its <c>source_ref</c> names in git.
/// </summary>
internal static class RebuildSource
{
    private const string GitPrefix = "git+";

    /// <summary>Makes the tree.</summary>
    /// <param name="recipe">The recipe's file.</param>
    /// <param name="manifest">What the package says of itself.</param>
    /// <param name="attested">The git commit that it was built from; null where nobody says it.</param>
    /// <param name="mayBeLocal">Whether a repository of this machine will do.</param>
    /// <param name="place">A private directory.</param>
    /// <param name="context">What the work uses of the world.</param>
    /// <returns>Where it is, and its git commit if it has one.</returns>
    /// <exception cref="UserErrorException">It cannot be had.</exception>
    internal static (string Tree, string? Commit) Make(
        string recipe,
        Manifest manifest,
        string? attested,
        bool mayBeLocal,
        string place,
        ToolContext context
    )
    {
        string tree = Path.Combine(place, "tree");
        Recipe read = RecipeSource.Load(recipe, context.Diagnostics);
        if (
            read.Source is not null
            && RecipeSource.LoadLock(read.Directory, context.Diagnostics).Find(manifest.Version.Upstream) is { } locked
        )
        {
            FetchOperation.Make(read, locked, archive: null, tree, context);
            return (tree, null);
        }

        string reference = manifest.Build.SourceRef;
        string[] parts = reference.StartsWith(GitPrefix, StringComparison.Ordinal)
            ? reference[GitPrefix.Length..].Split('#', 2)
            : [];
        if (parts is not [var url, var revision])
        {
            throw new UserErrorException(
                read.Source is null
                    ? $"its source, {reference}, is no git repository, and the recipe has no [source] that says where an archive is"
                    : $"{SourceLock.FileName} does not name the archive of {manifest.Version.Upstream}; run: peipkg-build lock {read.Directory} --version {manifest.Version.Upstream}"
            );
        }

        if (!GitAddress.TryParse(url, out GitAddress address, out string? error))
        {
            throw new UserErrorException($"its source_ref has no address that git is given: {error}");
        }

        if (address.LocalPath is not null && !mayBeLocal)
        {
            throw new UserErrorException($"its source, {address}, is on the machine that built it");
        }

        Directory.CreateDirectory(tree);
        return (tree, GitSource.Take(address, revision, attested, tree, context));
    }
}
