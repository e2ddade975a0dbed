namespace Peipkg.Recipes.Toml;

/// <summary>A TOML file cannot be used. The message has one line for each problem.</summary>
/// <param name="problems">All of them, in the order of the file.</param>
public sealed class RecipeException(IReadOnlyList<RecipeProblem> problems) : Exception(string.Join('\n', problems))
{
    /// <summary>All problems, in the order of the file.</summary>
    public IReadOnlyList<RecipeProblem> Problems { get; } = problems;
}
