using Peipkg.Build.Attesting;
using Peipkg.Build.Composing;
using Peipkg.Build.Sandboxing;
using Peipkg.Build.World;
using Peipkg.Recipes;
using Peipkg.Recipes.Sources;

namespace Peipkg.Build.Building;

/// <summary>What a build's attestations say of how it was run.</summary>
internal static class AttestedBuild
{
    /// <summary>Gathers it before the script runs, which could change the recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="request">The build.</param>
    /// <param name="context">What the work uses of the world.</param>
    /// <param name="commit">The git commit of the source, where its tree no longer says it.</param>
    internal static BuildFacts Facts(Recipe recipe, BuildRequest request, ToolContext context, string? commit = null) =>
        new(
            recipe.Meta.Edition,
            RecipeDirectory.Digest(recipe.Directory, [request.Source, request.Output], context.Cancellation),
            SourceLock.Load(recipe.Directory)
        )
        {
            Commit = commit ?? SourceCommit.TryRead(request.Source, context)?.Id,
            Root = request.Sandbox?.Root is { } root ? ComposedRoot.TryRead(root)?.Packages ?? [] : [],
            Facts =
            [
                new BuildFact("sandbox", request.Sandbox is null ? "none" : "bubblewrap"),
                new BuildFact(
                    "network",
                    request.Sandbox?.Network switch
                    {
                        NetworkAccess.None => "none",
                        NetworkAccess.Own => "outside",
                        _ => "machine",
                    }
                ),
                .. request.Sandbox?.Root is { } place
                    ? (BuildFact[])[ComposedRoot.IsIn(place) ? BuildFact.ComposedRoot : new("root", "given")]
                    : [],
                .. request.Variables.Count > 0
                    ? (BuildFact[])[new("variables", string.Join(' ', request.Variables.Select(item => item.Name)))]
                    : [],
                .. request.Twice ? (BuildFact[])[new("twice", "identical")] : [],
            ],
        };
}
