using System.Globalization;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.Toml;

/// <summary>
/// Collects the problems of one file, so that all of them are reported in one run. The first
/// <see cref="RecipeLimits.ListedProblems"/> are listed and the others counted, so that no file costs more memory or text
/// than that.
/// </summary>
/// <param name="file">The file as the user named it.</param>
public sealed class ProblemList(string file)
{
    private readonly Kind _errors = new();
    private readonly Kind _warnings = new();

    /// <summary>The file as the user named it.</summary>
    public string File { get; } = file;

    /// <summary>What makes the file unusable, in the order of the file; where there was more, the last entry counts it.</summary>
    public IReadOnlyList<RecipeProblem> Errors => _errors.Ordered(File);

    /// <summary>What is suspicious, in the order of the file; where there was more, the last entry counts it.</summary>
    public IReadOnlyList<RecipeProblem> Warnings => _warnings.Ordered(File);

    /// <summary>Whether anything makes the file unusable.</summary>
    public bool HasErrors => _errors.Listed.Count > 0;

    /// <summary>Whether further errors are only counted, so that there is no use in finding words for them.</summary>
    public bool IsFull => _errors.IsFull;

    /// <summary>Notes an error.</summary>
    /// <param name="position">Where.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="rule">One of <see cref="RecipeRule"/>.</param>
    /// <param name="remedy">What to do in this case, if the rule's remedy covers more cases.</param>
    public void Error(TomlPosition position, string message, string rule = RecipeRule.Value, string? remedy = null) =>
        _errors.Add(File, position, message, rule, remedy);

    /// <summary>Notes a warning.</summary>
    /// <inheritdoc cref="Error"/>
    public void Warning(TomlPosition position, string message, string rule, string? remedy = null) =>
        _warnings.Add(File, position, message, rule, remedy);

    /// <summary>Throws when there are errors.</summary>
    /// <exception cref="RecipeException">Carries them all.</exception>
    public void ThrowIfAny()
    {
        if (HasErrors)
        {
            throw new RecipeException(Errors);
        }
    }

    /// <summary>Counts errors that nobody wrote down.</summary>
    /// <param name="count">How many.</param>
    internal void CountErrors(int count) => _errors.Omitted += count;

    private sealed class Kind
    {
        internal List<RecipeProblem> Listed { get; } = [];

        internal int Omitted { get; set; }

        internal bool IsFull => Listed.Count >= RecipeLimits.ListedProblems;

        internal void Add(string file, TomlPosition position, string message, string rule, string? remedy)
        {
            if (IsFull)
            {
                Omitted++;
                return;
            }

            Listed.Add(new RecipeProblem(file, position, rule, Short(message), remedy));
        }

        // OrderBy is stable: problems at one place stay in the order they were found.
        internal List<RecipeProblem> Ordered(string file)
        {
            List<RecipeProblem> ordered = [.. Listed.OrderBy(problem => problem.Position)];
            if (Omitted > 0)
            {
                string message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"there are at least {Omitted} more problems, which are not listed; solve these first"
                );
                ordered.Add(new RecipeProblem(file, ordered[^1].Position, RecipeRule.MoreProblems, message));
            }

            return ordered;
        }

        private static string Short(string message)
        {
            const int Most = RecipeLimits.MessageCharacters;
            int end = message.Length > Most && char.IsLowSurrogate(message[Most]) ? Most - 1 : Most;
            return message.Length > Most ? message[..end] + "…" : message;
        }
    }
}
