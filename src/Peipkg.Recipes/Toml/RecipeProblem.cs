namespace Peipkg.Recipes.Toml;

/// <summary>One thing that is wrong, or suspicious, in a TOML file.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Position">Where.</param>
/// <param name="Rule">Which rule it breaks, one of <see cref="RecipeRule"/>.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Remedy">What to do in this case, where what the rule says of it covers more.</param>
public sealed record RecipeProblem(
    string File,
    TomlPosition Position,
    string Rule,
    string Message,
    string? Remedy = null
)
{
    /// <summary><c>peipkg.toml:14:3: unknown key …</c></summary>
    public override string ToString() => $"{File}:{Position.Line}:{Position.Column}: {Message}";
}
