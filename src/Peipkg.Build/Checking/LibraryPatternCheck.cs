using Peipkg.Build.Rules;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Checking;

/// <summary>
/// Checks patterns that are written for libraries, kernel modules and man pages: where such files may lie, and which side
/// effects they need (PSD-009 §3.4.2, §4.3.4). Symlinks may have the names of libraries anywhere, but nobody writes a
/// pattern for those alone.
/// </summary>
internal static class LibraryPatternCheck
{
    private static readonly Glob[] ForLoader = Glob.ParseAll(
        "usr/lib/**/*.so",
        "usr/lib/**/*.so.*",
        "opt/**/*.so",
        "opt/**/*.so.*",
        "etc/ld.so.conf",
        "etc/ld.so.conf.d/**"
    );
    private static readonly Glob[] InUsrLib = ForLoader[..2];
    private static readonly Glob[] Modules = Glob.ParseAll("**/modules/**/*.ko", "**/modules/**/*.ko.*");
    private static readonly Glob[] InstalledModules = Glob.ParseAll(
        "usr/lib/modules/**/*.ko",
        "usr/lib/modules/**/*.ko.*"
    );

    /// <summary>Finds patterns for libraries that lie where no library may.</summary>
    internal static IEnumerable<Finding> CheckPlaces(Stanza stanza, Recipe recipe, GlobBudget budget)
    {
        if (stanza.SpecialSystemPackage)
        {
            yield break;
        }

        Edition edition = recipe.Meta.Edition;
        Glob[] places = LibraryPlaces(edition, stanza.Architecture);
        foreach (FilePattern pattern in stanza.Files.Where(pattern => !pattern.Glob.ClaimsDirectories))
        {
            string name = NameOf(pattern.Glob);
            if (
                (IsForSharedLibraries(name) || name.EndsWith(".a", StringComparison.Ordinal) || IsForModules(name))
                && !CanMatch(pattern.Glob, places, budget)
                && CanMatch(pattern.Glob, PlacePatterns.Of(edition, stanza.Architecture), budget)
                && !budget.IsSpent
            )
            {
                yield return Finding.Of(
                    PayloadLayout.LibraryRule,
                    $"{DisplayText.Quote(pattern.Glob.Text)} of {stanza.Name} matches libraries or kernel modules; "
                        + (
                            places.Length == 0
                                ? "a noarch package may contain none"
                                : $"they belong below {string.Join(" or ", places.Select(place => place.LiteralPrefix))}"
                        ),
                    recipe.File,
                    pattern.Position
                );
            }
        }
    }

    /// <summary>Finds side effects that no pattern needs, and patterns that need one.</summary>
    internal static IEnumerable<Finding> CheckSideEffects(Stanza stanza, Recipe recipe, GlobBudget budget)
    {
        FilePattern[] patterns = [.. stanza.Files.Where(pattern => !pattern.Glob.ClaimsDirectories)];
        foreach (
            (SideEffect effect, Glob[] evidence, string what) in new[]
            {
                (SideEffect.Ldconfig, ForLoader, "a shared library"),
                (SideEffect.Depmod, Modules, "a kernel module"),
            }
        )
        {
            if (
                stanza.SideEffects.Contains(effect)
                && !Array.Exists(patterns, pattern => CanMatch(pattern.Glob, evidence, budget))
                && !budget.IsSpent
            )
            {
                yield return Finding.Of(
                    StanzaRules.SideEffectUnneeded,
                    $"{stanza.Name} declares {effect.Text()}, but none of its patterns can match {what}",
                    recipe.File,
                    stanza.Position
                );
            }
        }

        HashSet<SideEffect> told = [.. stanza.SideEffects];
        foreach (FilePattern pattern in patterns)
        {
            if (NeededBy(pattern.Glob, budget) is { } effect && recipe.Meta.Edition.Knows(effect) && told.Add(effect))
            {
                yield return Finding.Of(
                    StanzaRules.SideEffectMissing,
                    $"{DisplayText.Quote(pattern.Glob.Text)} of {stanza.Name} needs the side effect \"{effect.Text()}\"",
                    recipe.File,
                    pattern.Position
                );
            }
        }
    }

    /// <summary>The side effect that the files need which a pattern is written for; null where they may be any.</summary>
    private static SideEffect? NeededBy(Glob glob, GlobBudget budget)
    {
        string name = NameOf(glob);
        return glob.LiteralPrefix.StartsWith("usr/share/man/", StringComparison.Ordinal) ? SideEffect.ManDb
            // "*.so" alone is the link that only building needs.
            : IsForSharedLibraries(name)
            && !name.EndsWith(".so", StringComparison.Ordinal)
            && !glob.LiteralPrefix.StartsWith("usr/lib/debug/", StringComparison.Ordinal)
            && CanMatch(glob, InUsrLib, budget)
                ? SideEffect.Ldconfig
            : IsForModules(name) && CanMatch(glob, InstalledModules, budget) ? SideEffect.Depmod
            : null;
    }

    private static string NameOf(Glob glob) => glob.Text[(glob.Text.LastIndexOf('/') + 1)..];

    // "*.so", "*.so*", "libx.so.1.*"; but not "*.so.debug" or "*.so.*-gdb.py".
    private static bool IsForSharedLibraries(string name)
    {
        int at = name.LastIndexOf(".so", StringComparison.Ordinal);
        return at >= 0
            && (at + 3 == name.Length || name[at + 3] is '.' or '*')
            && name.Skip(at + 3).All(c => char.IsAsciiDigit(c) || c is '.' or '*' or '?' or '[' or ']' or '-');
    }

    private static bool IsForModules(string name) =>
        name.EndsWith(".ko", StringComparison.Ordinal)
        || name.Contains(".ko.", StringComparison.Ordinal)
        || name.Contains(".ko*", StringComparison.Ordinal);

    private static bool CanMatch(Glob glob, Glob[] evidence, GlobBudget budget) =>
        Array.Exists(evidence, e => e.CommonPath(glob, budget) is not null);

    private static Glob[] LibraryPlaces(Edition edition, Architecture architecture)
    {
        LayoutRules layout = edition.Layout;
        return layout.Find(architecture)?.Triplet is not { } triplet
            ? []
            : Glob.ParseAll([
                .. layout
                    .Destinations.Where(destination => destination.Traits.HasFlag(DestinationTraits.HoldsLibraries))
                    .Select(destination =>
                        destination.Path.Replace(Destination.TripletPlaceholder, triplet, StringComparison.Ordinal)
                        + "/*/**"
                    ),
            ]);
    }
}
