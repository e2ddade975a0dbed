using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Recipes;
using Peipkg.Recipes.Sources;

namespace Peipkg.Build.Fetching;

/// <summary>Reads a recipe and its lock, and tells what is wrong with them.</summary>
internal static class RecipeSource
{
    /// <exception cref="UserErrorException">There is none, or it has mistakes, which are told before.</exception>
    internal static Recipe Load(string path, Diagnostics diagnostics) =>
        RecipeReading.Require(() => Recipe.Load(path), path, "the recipe", "fetched", diagnostics);

    /// <exception cref="UserErrorException">It has mistakes, which are told before.</exception>
    internal static SourceLock LoadLock(string directory, Diagnostics diagnostics) =>
        RecipeReading.Require(() => SourceLock.Load(directory), directory, SourceLock.FileName, "fetched", diagnostics);
}
