using System.Collections.Frozen;

namespace Peipkg.Build.Rules;

/// <summary>
/// Every rule of peipkg-build, in the order of the documentation. Findings, <c>--deny</c> and <c>--allow</c>, SARIF and
/// <c>docs/rules.md</c> all take them from here.
/// </summary>
internal static class RuleTable
{
    /// <summary>The rules in groups, with the titles of the groups.</summary>
    internal static IReadOnlyList<(string Title, IReadOnlyList<Rule> Rules)> Groups { get; } =
    [
        ("The recipe file", RecipeFileRules.All),
        ("Values in the recipe", RecipeValueRules.All),
        ("Patterns and packages", StanzaRules.All),
        ("The build script", ScriptRules.All),
        ("Installed files", StageRules.All),
        ("Content of files", ContentRules.All),
        ("What files provide and need", DeriveRules.All),
    ];

    /// <summary>All rules.</summary>
    internal static IReadOnlyList<Rule> All { get; } = [.. Groups.SelectMany(group => group.Rules)];

    private static readonly FrozenDictionary<string, Rule> ById = All.ToFrozenDictionary(
        rule => rule.Id,
        StringComparer.Ordinal
    );

    /// <summary>The rule with a name that is known to exist.</summary>
    /// <exception cref="KeyNotFoundException">There is none: a finding names a rule that has no row.</exception>
    internal static Rule Get(string id) => ById[id];

    /// <summary>The rule with a name, or null.</summary>
    internal static Rule? Find(string id) => ById.GetValueOrDefault(id);
}
