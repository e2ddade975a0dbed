using Peipkg.Build.Rules;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Checking;

/// <summary>Checks what stanzas claim and need: patterns that cannot match, patterns that overlap, dependencies.</summary>
internal static class StanzaCheck
{
    /// <summary>Checks a recipe's stanzas.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="whole">Whether all of it could be read; else nothing is said of what may only seem to be missing.</param>
    /// <param name="cancellation">Ends the comparison of patterns early.</param>
    internal static IEnumerable<Finding> Check(Recipe recipe, bool whole, CancellationToken cancellation)
    {
        GlobBudget budget = new(cancellation);
        foreach (Stanza stanza in recipe.Stanzas)
        {
            foreach (
                Finding finding in CheckPatterns(stanza, recipe, budget)
                    .Concat(LibraryPatternCheck.CheckPlaces(stanza, recipe, budget))
                    .Concat(whole ? LibraryPatternCheck.CheckSideEffects(stanza, recipe, budget) : [])
                    .Concat(whole ? CheckDependencies(stanza, recipe) : [])
            )
            {
                yield return finding;
            }

            if (whole && stanza.Files.Count == 0 && stanza.Dependencies.Count == 0 && stanza.Provides.Count == 0)
            {
                yield return Finding.Of(
                    StanzaRules.EmptyPackage,
                    $"{stanza.Name} has no files, no dependencies and no provides",
                    recipe.File,
                    stanza.Position
                );
            }
        }

        foreach (Finding finding in whole ? LicenseFileCheck.CheckPatterns(recipe, budget) : [])
        {
            yield return finding;
        }

        for (int i = 0; i < recipe.Stanzas.Count; i++)
        {
            for (int j = i + 1; j < recipe.Stanzas.Count; j++)
            {
                foreach (Finding finding in CheckOverlaps(recipe.Stanzas[i], recipe.Stanzas[j], recipe.File, budget))
                {
                    yield return finding;
                }
            }
        }

        if (budget.IsSpent)
        {
            yield return Finding.Of(
                StanzaRules.GlobUncompared,
                "the recipe's patterns are too many or too large for all of them to be compared",
                recipe.File
            );
        }
    }

    private static IEnumerable<Finding> CheckPatterns(Stanza stanza, Recipe recipe, GlobBudget budget)
    {
        if (stanza.SpecialSystemPackage)
        {
            yield break;
        }

        Edition edition = recipe.Meta.Edition;
        foreach (FilePattern pattern in stanza.Files)
        {
            Glob glob = pattern.Glob;
            string? fault =
                glob.IsLiteral && !PayloadPath.TryValidate(glob.LiteralPrefix, out string? error) ? error
                : PlacePatterns
                    .Of(edition, stanza.Architecture, glob.ClaimsDirectories)
                    .Any(place => place.CommonPath(glob, budget) is not null) || budget.IsSpent
                    ? null
                : glob.LiteralPrefix.StartsWith("usr/lib/", StringComparison.Ordinal)
                && stanza.Architecture == Architecture.NoArch
                    ? "a noarch package may install nothing under usr/lib/"
                : glob.LiteralPrefix.StartsWith("var/", StringComparison.Ordinal) && !glob.ClaimsDirectories
                    ? "under var/ packages hold directories only; a pattern that ends in \"/\" claims them"
                : "packages install below "
                    + string.Join(
                        ' ',
                        edition
                            .Layout.Places(stanza.Architecture, PayloadKind.File)
                            .Select(place => place.Replace("*/**", "", StringComparison.Ordinal))
                    )
                    + " only"
                    + edition.Elsewhere(other =>
                        PlacePatterns
                            .Of(other, stanza.Architecture, glob.ClaimsDirectories)
                            .Any(place => place.CommonPath(glob, budget) is not null)
                    );
            if (fault is not null)
            {
                yield return Finding.Of(
                    StanzaRules.GlobNever,
                    $"{DisplayText.Quote(glob.Text)} of {stanza.Name} cannot match: {fault}",
                    recipe.File,
                    pattern.Position
                );
            }
        }
    }

    private static IEnumerable<Finding> CheckOverlaps(Stanza first, Stanza second, string file, GlobBudget budget)
    {
        // What is split off as debug information goes nowhere else.
        if (first.HoldsDebug || second.HoldsDebug)
        {
            yield break;
        }

        if (second.SplitFrom == first.Name.Text || (second.SplitFrom is { } from && from == first.SplitFrom))
        {
            yield break;
        }

        foreach (FilePattern one in first.Files)
        {
            foreach (FilePattern other in second.Files)
            {
                if (budget.IsSpent)
                {
                    yield break;
                }

                // Directories may be in several packages.
                if (one.Glob.ClaimsDirectories || other.Glob.ClaimsDirectories)
                {
                    continue;
                }

                bool covers = one.Glob.Covers(other.Glob, budget);
                if (covers || other.Glob.Covers(one.Glob, budget))
                {
                    string which =
                        one.Glob.Text == other.Glob.Text ? "claim the same"
                        : covers ? "overlap: the second claims all that the first matches"
                        : "overlap: the first claims all that the second matches";
                    yield return Finding.Of(
                        StanzaRules.GlobOverlap,
                        $"{Both(one, other)} {which}",
                        file,
                        other.Position
                    );
                }
                else if (one.Glob.CommonPath(other.Glob, budget) is { } path && !IsFarFetched(path))
                {
                    yield return Finding.Of(
                        StanzaRules.GlobMayOverlap,
                        $"{Both(one, other)} can match the same file, such as {DisplayText.Quote(path)}",
                        file,
                        other.Position
                    );
                }
            }
        }

        string Both(FilePattern one, FilePattern other) =>
            $"{Name(other.Glob, second)} and {Name(one.Glob, first)} on line {one.Position.Line}";
    }

    // "libfoo.so.*" and "*.a" could both match libfoo.so.a, which nobody installs.
    private static bool IsFarFetched(string path) =>
        path.Contains(".so.", StringComparison.Ordinal)
        && Array.Exists(
            [".a", ".la", ".h", ".pc", ".so", ".cmake", ".o"],
            ending => path.EndsWith(ending, StringComparison.Ordinal)
        );

    // Siblings are the only packages whose architecture is known here.
    private static IEnumerable<Finding> CheckDependencies(Stanza stanza, Recipe recipe)
    {
        if (stanza.Architecture != Architecture.NoArch || !recipe.Meta.Edition.NoArchNeedsNoArch)
        {
            yield break;
        }

        foreach (StanzaDependency dependency in stanza.Dependencies.Where(dependency => !dependency.ArchAny))
        {
            Stanza[] candidates =
            [
                .. recipe.Stanzas.Where(sibling =>
                    sibling != stanza
                    && (
                        sibling.Name.Text == dependency.Name.Text
                        || sibling.Provides.Any(provide => provide.Name.Text == dependency.Name.Text)
                    )
                ),
            ];
            if (
                candidates.Length > 0
                && Array.TrueForAll(candidates, sibling => sibling.Architecture != Architecture.NoArch)
            )
            {
                yield return Finding.Of(
                    StanzaRules.NoArchDependency,
                    $"{stanza.Name} is noarch and depends on {dependency.Name}, which this recipe builds for {candidates[0].Architecture}",
                    recipe.File,
                    stanza.Position
                );
            }
        }
    }

    private static string Name(Glob glob, Stanza stanza) => $"{DisplayText.Quote(glob.Text)} of {stanza.Name}";
}
