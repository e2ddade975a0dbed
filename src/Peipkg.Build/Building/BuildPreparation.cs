using Peipkg.Build.Packing;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Building;

/// <summary>Reads what is to be built and refuses what cannot be, before anything runs.</summary>
internal static class BuildPreparation
{
    /// <summary>Reads the recipe and refuses what cannot be built, before anything runs.</summary>
    internal static Recipe Prepare(BuildRequest request, ToolContext context)
    {
        Recipe recipe = LoadRecipe(request, context.Diagnostics);
        CheckDirectories(request);
        ProveOutput(recipe, request);
        if (request.Sandbox is { } sandbox)
        {
            SandboxCheck.Require(sandbox, recipe, request);
        }

        RequirementCheck.Require(recipe, request, context);

        return recipe;
    }

    /// <summary>Proves that the packages can be written.</summary>
    internal static void ProveOutput(Recipe recipe, BuildRequest request) =>
        OutputProbe.Require(
            request.Output,
            [
                .. recipe
                    .Stanzas.Select(stanza =>
                        PackageFileName.Compose(stanza.Name, request.Version, stanza.Architecture)
                    )
                    .SelectMany(name =>
                        request.Attest ? [name, .. SiblingNames.All.Select(suffix => name + suffix)] : (string[])[name]
                    ),
            ]
        );

    /// <summary>Reads the recipe for a build.</summary>
    /// <exception cref="UserErrorException">There is none, or it has mistakes, which are told before.</exception>
    internal static Recipe LoadRecipe(BuildRequest request, Diagnostics diagnostics)
    {
        Recipe recipe = RecipeReading.Require(
            () => Recipe.Load(request.Recipe, request.Edition, new RecipeTarget(request.Version, request.Architecture)),
            request.Recipe,
            "the recipe",
            "built",
            diagnostics
        );
        foreach (RecipeProblem warning in recipe.Warnings)
        {
            diagnostics.Warning(warning.ToString());
        }

        if (
            request.Architecture is { } architecture
            && recipe.Stanzas.All(stanza =>
                stanza.Architecture != architecture && stanza.Architecture != Architecture.NoArch
            )
        )
        {
            throw new UserErrorException(
                $"--arch {architecture}: the recipe makes packages for {string.Join(", ", recipe.Stanzas.Select(stanza => stanza.Architecture.Text).Distinct(StringComparer.Ordinal))} only"
            );
        }

        return recipe;
    }

    private static void CheckDirectories(BuildRequest request)
    {
        if (!Directory.Exists(request.Source))
        {
            throw new UserErrorException(
                $"--source {request.Source} {(File.Exists(request.Source) ? "is not a directory" : "does not exist")}"
            );
        }

        if (File.Exists(request.Output))
        {
            throw new UserErrorException($"--out {request.Output} is a file; it must be a directory");
        }

        RequireOutside(
            request.Output,
            request.Source,
            $"--out {request.Output} lies inside --source, from which the packages are built"
        );
    }

    internal static void RequireOutside(string inner, string outer, string message)
    {
        if (RealPath.IsWithin(inner, outer))
        {
            throw new UserErrorException(message);
        }
    }
}
