using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>A violation of a rule, and its place.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Severity">How much it matters here.</param>
/// <param name="File">The file in which it was found; null if the message names the place.</param>
/// <param name="Position">The place in the file; null for the file as a whole.</param>
/// <param name="Message">What is wrong; one line, or several.</param>
/// <param name="OwnRemedy">What to do in this case, if the rule's remedy covers more cases; null for the rule's.</param>
internal sealed record Finding(
    Rule Rule,
    Severity Severity,
    string? File,
    TomlPosition? Position,
    string Message,
    string? OwnRemedy = null
)
{
    /// <summary>What to do about it.</summary>
    internal string Remedy => OwnRemedy ?? Rule.Remedy;

    /// <summary>A finding with the severity of its rule.</summary>
    internal static Finding Of(string rule, string message, string? file = null, TomlPosition? position = null)
    {
        Rule found = RuleTable.Get(rule);
        return new Finding(found, found.Severity, file, position, message);
    }

    /// <summary>A problem that the recipe reader found.</summary>
    internal static Finding Of(RecipeProblem problem, Severity severity) =>
        new(RuleTable.Get(problem.Rule), severity, problem.File, problem.Position, problem.Message, problem.Remedy);
}
