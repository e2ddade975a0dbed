using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>One of a recipe's scripts, and what is particular to it.</summary>
/// <param name="Path">The script, relative to the recipe's directory.</param>
/// <param name="Noun">What messages call it.</param>
/// <param name="TreeVariable">The variable that names the tree: what is installed into, or what was installed.</param>
internal sealed record RecipeScript(string Path, string Noun, string TreeVariable)
{
    /// <summary>The script that builds.</summary>
    internal static RecipeScript Build(Recipe recipe) => new(recipe.Meta.BuildScript, "build script", "DESTDIR");

    /// <summary>The script that tests the packages; null where there is none.</summary>
    internal static RecipeScript? Test(Recipe recipe) =>
        recipe.TestScript is { } script ? new(script, "test script", "ROOT") : null;
}
