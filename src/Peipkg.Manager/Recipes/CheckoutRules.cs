using Peipkg.Posix.Files;

namespace Peipkg.Manager.Recipes;

/// <summary>What would keep a whole tree of recipes from being taken over.</summary>
internal static class CheckoutRules
{
    /// <summary>
    /// The links that lead out of the tree, and to something, where a recipe is read: what they lead to would count as part
    /// of the recipe, be it a key. Deeper down are files that a script installs, and links among them may lead anywhere.
    /// To be asked before anything is read.
    /// </summary>
    /// <param name="checkout">The tree.</param>
    /// <param name="directory">Where in it the recipes' directories are.</param>
    public static IEnumerable<string> LinksOut(RecipeCheckout checkout, string directory) =>
        RealPath.IsWithin(directory, checkout.Directory)
            ? from recipe in new DirectoryInfo(directory).EnumerateDirectories()
            from entry in recipe.LinkTarget is null ? recipe.EnumerateFileSystemInfos() : [recipe]
            where entry.LinkTarget is not null && !RealPath.IsWithin(entry.FullName, checkout.Directory)
            select LinkOut(checkout, entry.FullName)
            : [LinkOut(checkout, directory)];

    /// <summary>
    /// What is wrong with the recipes: one that cannot be used, a package that several make, or no recipe at all. A recipe
    /// that is left out because of a mistake would be missed, so none is.
    /// </summary>
    /// <param name="checkout">The tree.</param>
    /// <param name="roster">What it gives.</param>
    public static IEnumerable<string> Problems(RecipeCheckout checkout, RecipeRoster roster) =>
        [
            // As the files are called in everybody's clone.
            .. roster.BrokenRecipes.SelectMany(broken =>
                broken.Problems.Select(problem =>
                    $"recipe {broken.Name}: {problem.Replace(checkout.Directory + "/", "", StringComparison.Ordinal)}"
                )
            ),
            .. roster.SharedPackages.Select(shared => shared.Describe()),
            .. roster.Recipes.Count + roster.Broken == 0
                ? (string[])["there is no recipe in it, a directory that holds a peipkg.toml ([recipes] path)"]
                : [],
        ];

    private static string LinkOut(RecipeCheckout checkout, string path) =>
        $"{Path.GetRelativePath(checkout.Directory, path)} is a link that leads out of the repository";
}
