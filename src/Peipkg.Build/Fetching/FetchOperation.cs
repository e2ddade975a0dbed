using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Recipes;
using Peipkg.Recipes.Sources;

namespace Peipkg.Build.Fetching;

/// <summary>What <c>fetch</c> was asked to do.</summary>
/// <param name="Recipe">The recipe file.</param>
/// <param name="Version">The version; null for the newest that is locked.</param>
/// <param name="Output">The directory for the source tree.</param>
/// <param name="Archive">A file that is taken instead of downloading; null downloads.</param>
internal sealed record FetchRequest(string Recipe, VersionOperand? Version, string Output, string? Archive);

/// <summary>Makes the source tree of a version that is locked. It appears as a whole, and replaces nothing.</summary>
internal static class FetchOperation
{
    internal static int Run(FetchRequest request, ToolContext context)
    {
        Recipe recipe = RecipeSource.Load(request.Recipe, context.Diagnostics);
        LockedArchive locked = LockedOf(recipe, request.Version, context);
        Make(recipe, locked, request.Archive, request.Output, context);
        context.Output.WriteLine(request.Output);
        return ExitCode.Success;
    }

    /// <summary>Makes the source tree of a locked archive.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="locked">What the lock says of the version.</param>
    /// <param name="archive">A file that is taken instead of downloading; null downloads.</param>
    /// <param name="place">The directory to make; must be absent or empty.</param>
    /// <param name="context">What the work uses of the world.</param>
    /// <exception cref="UserErrorException">The archive cannot be had, or is another one.</exception>
    internal static void Make(Recipe recipe, LockedArchive locked, string? archive, string place, ToolContext context)
    {
        string output = NewDirectory.RequireFree(place);
        using SourceFetch fetch = new(recipe, Path.GetDirectoryName(output) ?? "/", context);
        (Sha256Digest sha256, _) = fetch.GetArchive(locked.Version, archive);
        if (sha256 != locked.Sha256)
        {
            throw new UserErrorException(
                $"{archive ?? recipe.Source!.Archive.For(locked.Version)} is not the archive that {SourceLock.FileName} names for {locked.Version}\n"
                    + $"  its SHA-256 is {sha256}\n  locked is     {locked.Sha256}\n"
                    + "Either it was damaged on the way, or somebody has exchanged it: ask the upstream."
            );
        }

        (string tree, _) = fetch.MakeTree(locked.Version);
        NewDirectory.Put(tree, output);
    }

    private static LockedArchive LockedOf(Recipe recipe, VersionOperand? version, ToolContext context)
    {
        SourceLock known = RecipeSource.LoadLock(recipe.Directory, context.Diagnostics);
        if (version is { } wanted)
        {
            return known.Find(wanted.Upstream)
                ?? throw new UserErrorException(
                    $"{SourceLock.FileName} does not name the archive of {wanted.Upstream}; run: peipkg-build lock {recipe.Directory} --version {wanted.Upstream}"
                );
        }

        if (known.Archives.Count == 0)
        {
            throw new UserErrorException(
                $"there is no version in {Path.Combine(recipe.Directory, SourceLock.FileName)}; run: peipkg-build lock {recipe.Directory} --version VERSION"
            );
        }

        if (known.Archives.Count > 1)
        {
            context.Diagnostics.Note($"assumed --version {known.Archives[0].Version}");
        }

        return known.Archives[0];
    }
}
