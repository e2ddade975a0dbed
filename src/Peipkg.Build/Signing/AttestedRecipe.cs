using Peipkg.Build.Attesting;
using Peipkg.Build.Composing;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;
using Peipkg.Recipes;
using Peipkg.Recipes.Sources;

namespace Peipkg.Build.Signing;

/// <summary>What whoever signs packages says of how they were built.</summary>
/// <param name="file">The recipe file.</param>
/// <param name="edition">The edition that was asked for; null leaves it to the recipe.</param>
/// <param name="commit">The git commit of the source; null where that is not known.</param>
/// <param name="root">The root that the build was run in, which says what it is made of; null for none.</param>
/// <param name="facts">How the build was run.</param>
internal sealed class AttestedRecipe(
    string file,
    Edition? edition,
    string? commit,
    string? root,
    IReadOnlyList<BuildFact> facts
)
{
    /// <summary>Where the recipe is kept; null where that is not known.</summary>
    internal string? Reference { get; init; }

    /// <summary>Reads the recipe.</summary>
    /// <param name="apart">Directories that are not part of the recipe though they may lie in it.</param>
    /// <param name="context">Stops, and is told of mistakes in the recipe.</param>
    /// <exception cref="UserErrorException">There is no such recipe, or it cannot be read.</exception>
    internal BuildFacts Read(IReadOnlyList<string> apart, ToolContext context)
    {
        Recipe recipe = RecipeReading.Require(
            () => Recipe.Load(file, edition),
            file,
            "the recipe",
            "attested",
            context.Diagnostics
        );
        return new BuildFacts(
            recipe.Meta.Edition,
            RecipeDirectory.Digest(recipe.Directory, apart, context.Cancellation),
            SourceLock.Load(recipe.Directory)
        )
        {
            Commit = commit,
            RecipeReference = Reference,
            Root = root is null
                ? []
                : ComposedRoot.TryRead(root)?.Packages
                    ?? throw new UserErrorException(
                        $"--root {root} does not say what it is made of: it has no {RootDocument.FileName}"
                    ),
            Facts = root is null ? facts : [.. facts, BuildFact.ComposedRoot],
        };
    }
}
