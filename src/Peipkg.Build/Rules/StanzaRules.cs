using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>Rules of what stanzas claim and say of each other.</summary>
internal static class StanzaRules
{
    /// <summary>A pattern that no package of its architecture can have anything for.</summary>
    internal const string GlobNever = "glob-never";

    /// <summary>Two stanzas claim the same whatever is installed.</summary>
    internal const string GlobOverlap = "glob-overlap";

    /// <summary>Two stanzas can claim the same file.</summary>
    internal const string GlobMayOverlap = "glob-may-overlap";

    /// <summary>Patterns that cost too much to compare.</summary>
    internal const string GlobUncompared = "glob-uncompared";

    /// <summary>A side effect that the patterns leave without a reason.</summary>
    internal const string SideEffectUnneeded = "side-effect-unneeded";

    /// <summary>A side effect that the patterns ask for.</summary>
    internal const string SideEffectMissing = "side-effect-missing";

    /// <summary>A package without files and without dependencies.</summary>
    internal const string EmptyPackage = "empty-package";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            RecipeRule.GlobSyntax,
            Severity.Error,
            Finder.Recipe,
            "A pattern is malformed.",
            "It would claim nothing, or something else than it seems to.",
            "Patterns are relative to $DESTDIR, with * ? ** [a-z] {a,b} and \\ before a character that stands for itself.",
            """files = ["/usr/bin/hello"]"""
        ),
        new(
            GlobNever,
            Severity.Error,
            Finder.Check,
            "A pattern can never match anything that a package of this architecture may hold.",
            "Packages install below a few directories only, and noarch packages nothing below usr/lib/.",
            "Correct the path, or the architecture. docs/recipe-reference.md lists the directories.",
            """files = ["usr/local/bin/*"]"""
        ),
        new(
            GlobOverlap,
            Severity.Error,
            Finder.Check,
            "Whatever one pattern matches, a pattern of another package claims too.",
            "Every file belongs to exactly one package; the build would stop at the first file there.",
            "Narrow one of the two patterns.",
            """
            files = ["usr/**"]                  # of libfoo
            files = ["usr/include/**"]          # of libfoo-dev
            """
        ),
        new(
            GlobMayOverlap,
            Severity.Warning,
            Finder.Check,
            "Patterns of two packages can match the same file.",
            "The build stops should such a file ever be installed, perhaps with the next version.",
            "Narrow one of the two patterns, unless you know that there never is such a file.",
            """
            files = ["usr/bin/foo*"]            # of foo
            files = ["usr/bin/*-config"]        # of foo-dev
            """
        ),
        new(
            GlobUncompared,
            Severity.Warning,
            Finder.Check,
            "The patterns of a recipe are too many or too large for all of them to be compared.",
            "A file that two packages claim would only be found by the build.",
            "Write fewer patterns, with fewer braces and stars in each.",
            """files = ["usr/{*,?}{*,?}{*,?}{*,?}{*,?}{*,?}{*,?}*[ab]*[ab]*[ab]*[ab]x"]"""
        ),
        new(
            RecipeRule.SameBuild,
            Severity.Error,
            Finder.Recipe,
            "same_build is used where it cannot be meant.",
            "It stands for exactly the version being built, so it needs another package of the same recipe and no other constraint.",
            "Name another [[package]] of this recipe, remove constraint, or use constraint alone.",
            """dependencies = [{ name = "libc", same_build = true }]"""
        ),
        new(
            RecipeRule.SideEffect,
            Severity.Error,
            Finder.Recipe,
            "A side effect does not exist, or is declared twice.",
            "Packages can ask for three operations and no others (PSD-009 4.3).",
            "Write ldconfig, depmod or man-db, each once.",
            """side_effects = ["ldconf"]"""
        ),
        new(
            SideEffectUnneeded,
            Severity.Warning,
            Finder.Check,
            "A side effect is declared, but no pattern can match a file that needs it.",
            "ldconfig without a shared library and depmod without a kernel module are errors when the package is built.",
            "Remove the side effect, or claim the files.",
            """
            side_effects = ["ldconfig"]
            files = ["usr/share/**"]
            """
        ),
        new(
            SideEffectMissing,
            Severity.Warning,
            Finder.Check | Finder.Payload,
            "What a package claims or holds asks for a side effect that is not declared.",
            "Without ldconfig shared libraries are not found, without depmod modules are not loaded, without man-db pages are not listed.",
            "Add it to side_effects.",
            """
            files = ["usr/lib/x86_64-linux-peios/libfoo.so.1.*"]
            # and no side_effects = ["ldconfig"]
            """
        ),
        new(
            EmptyPackage,
            Severity.Warning,
            Finder.Check,
            "A package claims no files and depends on nothing.",
            "files = [] makes a package that only stands for others; this one stands for none.",
            "Add files or dependencies, or remove the stanza.",
            """
            files = []
            dependencies = []
            """
        ),
    ];
}
