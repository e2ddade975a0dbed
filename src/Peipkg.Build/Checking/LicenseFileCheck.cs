using Peipkg.Build.Rules;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Checking;

/// <summary>
/// Asks for the licence's text in every package that has files. What is a part of another package, by <c>split</c> or by its
/// name, and what needs exactly this build of one that brings the text, does without.
/// </summary>
internal static class LicenseFileCheck
{
    // They give up the rights by which others ask for their text.
    private static readonly string[] Textless = ["", "0BSD", "CC0-1.0", "Unlicense", "WTFPL"];

    /// <summary>Asks where no pattern of a package can match one.</summary>
    internal static IEnumerable<Finding> CheckPatterns(Recipe recipe, GlobBudget budget) =>
        Findings(
            recipe,
            stanza =>
                Glob.ParseAll(Place(stanza) + "**")[0] is { } place
                && stanza.Files.Any(pattern => pattern.Glob.CommonPath(place, budget) is not null || budget.IsSpent)
        );

    /// <summary>Asks where none was installed.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="paths">The paths of a package's entries.</param>
    internal static IEnumerable<Finding> CheckInstalled(Recipe recipe, Func<Stanza, IEnumerable<string>> paths) =>
        Findings(recipe, stanza => paths(stanza).Any(path => path.StartsWith(Place(stanza), StringComparison.Ordinal)));

    private static IEnumerable<Finding> Findings(Recipe recipe, Func<Stanza, bool> hasOwn)
    {
        if (Textless.Contains(recipe.Meta.License))
        {
            return [];
        }

        HashSet<string> licensed = [.. recipe.Stanzas.Where(hasOwn).Select(stanza => stanza.Name.Text)];
        return recipe
            .Stanzas.Where(stanza =>
                stanza.SplitFrom is null
                && stanza.Files.Count > 0
                && !recipe.Stanzas.Any(whole => IsPart(stanza, whole))
                && !Reaches(recipe, stanza, licensed, [])
            )
            .Select(stanza =>
                Finding.Of(
                    StanzaRules.LicenseFile,
                    $"{stanza.Name} installs no licence into {Place(stanza)}",
                    recipe.File,
                    stanza.Position
                )
            );
    }

    private static bool Reaches(Recipe recipe, Stanza stanza, HashSet<string> licensed, HashSet<string> seen) =>
        licensed.Contains(stanza.Name.Text)
        || (
            seen.Add(stanza.Name.Text)
            && recipe.Stanzas.Any(other => stanza.NeedsBuildOf(other) && Reaches(recipe, other, licensed, seen))
        );

    // As libgreet-doc is of libgreet, which is asked itself.
    private static bool IsPart(Stanza stanza, Stanza whole) =>
        whole.Files.Count > 0 && stanza.Name.Text.StartsWith($"{whole.Name}-", StringComparison.Ordinal);

    private static string Place(Stanza stanza) => $"usr/share/licenses/{stanza.Name}/";
}
