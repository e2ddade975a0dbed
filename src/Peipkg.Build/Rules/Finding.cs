using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>A rule that something breaks, and where.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Severity">How much it matters here.</param>
/// <param name="File">The file that it is found in; null where the message names its place itself.</param>
/// <param name="Position">The place in the file; null for the file as a whole.</param>
/// <param name="Message">What is wrong; one line, or several.</param>
internal sealed record Finding(Rule Rule, Severity Severity, string? File, TomlPosition? Position, string Message)
{
    /// <summary>A finding of a rule by its name, as severe as the rule is.</summary>
    internal static Finding Of(string rule, string message, string? file = null, TomlPosition? position = null)
    {
        Rule found = RuleTable.Get(rule);
        return new Finding(found, found.Severity, file, position, message);
    }

    /// <summary>What the reader of recipes found.</summary>
    internal static Finding Of(RecipeProblem problem, Severity severity) =>
        new(RuleTable.Get(problem.Rule), severity, problem.File, problem.Position, problem.Message);
}
