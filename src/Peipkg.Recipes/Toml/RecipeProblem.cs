namespace Peipkg.Recipes.Toml;

/// <summary>One thing that is wrong, or suspicious, in a TOML file.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Position">Where.</param>
/// <param name="Rule">Which rule it breaks, one of <see cref="RecipeRule"/>.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record RecipeProblem(string File, TomlPosition Position, string Rule, string Message)
{
    /// <summary><c>peipkg.toml:14:3: unknown key …</c></summary>
    public override string ToString() => $"{File}:{Position.Line}:{Position.Column}: {Message}";
}

/// <summary>Collects the problems of one file, so that all of them are reported in one run.</summary>
/// <param name="file">The file as the user named it.</param>
public sealed class ProblemList(string file)
{
    private readonly List<RecipeProblem> _errors = [];
    private readonly List<RecipeProblem> _warnings = [];

    /// <summary>The file as the user named it.</summary>
    public string File { get; } = file;

    /// <summary>What makes the file unusable, in the order of the file.</summary>
    public IReadOnlyList<RecipeProblem> Errors => Ordered(_errors);

    /// <summary>What is suspicious, in the order of the file.</summary>
    public IReadOnlyList<RecipeProblem> Warnings => Ordered(_warnings);

    /// <summary>Whether anything makes the file unusable.</summary>
    public bool HasErrors => _errors.Count > 0;

    /// <summary>Notes an error.</summary>
    /// <param name="position">Where.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="rule">One of <see cref="RecipeRule"/>.</param>
    public void Error(TomlPosition position, string message, string rule = RecipeRule.Value) =>
        _errors.Add(new RecipeProblem(File, position, rule, message));

    /// <summary>Notes a warning.</summary>
    /// <inheritdoc cref="Error"/>
    public void Warning(TomlPosition position, string message, string rule) =>
        _warnings.Add(new RecipeProblem(File, position, rule, message));

    /// <summary>Throws when there are errors.</summary>
    /// <exception cref="RecipeException">Carries them all.</exception>
    public void ThrowIfAny()
    {
        if (HasErrors)
        {
            throw new RecipeException(Errors);
        }
    }

    // OrderBy is stable: problems at one place stay in the order they were found.
    private static IReadOnlyList<RecipeProblem> Ordered(List<RecipeProblem> problems) =>
        [.. problems.OrderBy(problem => problem.Position)];
}

/// <summary>A TOML file cannot be used. The message has one line for each problem.</summary>
/// <param name="problems">All of them, in the order of the file.</param>
public sealed class RecipeException(IReadOnlyList<RecipeProblem> problems) : Exception(string.Join('\n', problems))
{
    /// <summary>All problems, in the order of the file.</summary>
    public IReadOnlyList<RecipeProblem> Problems { get; } = problems;
}
