using System.Collections.Frozen;

namespace Peipkg.Build.Rules;

/// <summary>
/// Every rule that peipkg-build knows, in the order in which the documentation tells of them: the one place that
/// findings, <c>--deny</c> and <c>--allow</c>, SARIF and <c>docs/rules.md</c> take them from.
/// </summary>
internal static class RuleTable
{
    /// <summary>The rules, with what the groups of them are called.</summary>
    internal static IReadOnlyList<(string Title, IReadOnlyList<Rule> Rules)> Groups { get; } =
    [
        ("The recipe file", RecipeFileRules.All),
        ("What a recipe says", RecipeValueRules.All),
        ("Patterns and packages", StanzaRules.All),
        ("The build script", ScriptRules.All),
        ("What the script installed", StageRules.All),
        ("What files hold", ContentRules.All),
        ("What files provide and need", DeriveRules.All),
    ];

    /// <summary>All rules.</summary>
    internal static IReadOnlyList<Rule> All { get; } = [.. Groups.SelectMany(group => group.Rules)];

    private static readonly FrozenDictionary<string, Rule> ById = All.ToFrozenDictionary(
        rule => rule.Id,
        StringComparer.Ordinal
    );

    /// <summary>The rule with a name that is known to exist.</summary>
    /// <exception cref="KeyNotFoundException">There is none: a finding was made without a row in the table.</exception>
    internal static Rule Get(string id) => ById[id];

    /// <summary>The rule with a name, or null.</summary>
    internal static Rule? Find(string id) => ById.GetValueOrDefault(id);
}
