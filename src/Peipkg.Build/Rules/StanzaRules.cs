using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>Rules for what stanzas claim and say of each other.</summary>
internal static class StanzaRules
{
    /// <summary>A pattern that cannot match anything in a package of its architecture.</summary>
    internal const string GlobNever = "glob-never";

    /// <summary>Two stanzas claim the same files, whatever is installed.</summary>
    internal const string GlobOverlap = "glob-overlap";

    /// <summary>Two stanzas can claim the same file.</summary>
    internal const string GlobMayOverlap = "glob-may-overlap";

    /// <summary>Patterns that cost too much to compare.</summary>
    internal const string GlobUncompared = "glob-uncompared";

    /// <summary>A side effect that no pattern needs.</summary>
    internal const string SideEffectUnneeded = "side-effect-unneeded";

    /// <summary>A side effect that a pattern needs.</summary>
    internal const string SideEffectMissing = "side-effect-missing";

    /// <summary>A package without files and without dependencies.</summary>
    internal const string EmptyPackage = "empty-package";

    /// <summary>A noarch package that depends on a package of one architecture.</summary>
    internal const string NoArchDependency = "noarch-dependency";

    /// <summary>A package without the text of its licence.</summary>
    internal const string LicenseFile = "license-file";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            RecipeRule.GlobSyntax,
            Severity.Error,
            Finder.Recipe,
            "A pattern is invalid.",
            "It would claim nothing, or not the files that it seems to claim.",
            "Write the pattern relative to $DESTDIR, with * ? ** [a-z] {a,b}, and \\ before a special character that is meant literally.",
            """files = ["/usr/bin/hello"]"""
        ),
        new(
            GlobNever,
            Severity.Error,
            Finder.Check,
            "A pattern cannot match any file that a package of this architecture may contain.",
            "Packages may install below a few directories only, and those of noarch packages are fewer below usr/lib/.",
            "Correct the path or the architecture. docs/recipe-reference.md lists the directories.",
            """files = ["usr/local/bin/*"]"""
        ),
        new(
            GlobOverlap,
            Severity.Error,
            Finder.Check,
            "Every file that one pattern matches is claimed by another package too.",
            "A file belongs to exactly one package, so the build fails at the first such file.",
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
            "The build fails when such a file is installed, perhaps with the next version.",
            "Narrow one of the two patterns, or use --allow if there is never such a file.",
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
            "same_build is used where it has no meaning.",
            "same_build stands for exactly the version being built, so it names another package of the same recipe and takes no further constraint.",
            "Name another [[package]] of this recipe and give no constraint, or use constraint instead of same_build.",
            """dependencies = [{ name = "libc", same_build = true }]"""
        ),
        new(
            RecipeRule.SideEffect,
            Severity.Error,
            Finder.Recipe,
            "A side effect does not exist or is declared twice.",
            "Each edition has a few side effects and no others (PSD-009 4.3).",
            "Use those of the edition, each at most once: ldconfig (psd-009 only), depmod and man-db.",
            """side_effects = ["ldconf"]"""
        ),
        new(
            SideEffectUnneeded,
            Severity.Warning,
            Finder.Check,
            "A side effect is declared, but no pattern can match a file that needs it.",
            "Building fails if ldconfig is declared without a shared library, or depmod without a kernel module.",
            "Remove the side effect, or claim the files that need it.",
            """
            side_effects = ["ldconfig"]
            files = ["usr/share/**"]
            """
        ),
        new(
            SideEffectMissing,
            Severity.Warning,
            Finder.Check | Finder.Payload,
            "A package claims or contains files that need a side effect, which is not declared.",
            "Shared libraries are not found without ldconfig, kernel modules are not loaded without depmod, and man pages are not indexed without man-db.",
            "Add the side effect to side_effects.",
            """
            files = ["usr/lib/x86_64-linux-peios/libfoo.so.1.*"]
            # and no side_effects = ["ldconfig"]
            """
        ),
        new(
            EmptyPackage,
            Severity.Warning,
            Finder.Check,
            "A package has no files, no dependencies and no provides.",
            "files = [] makes a meta package, which installs other packages through its dependencies. This one installs nothing.",
            "Add files, dependencies or provides, or remove the stanza.",
            """
            files = []
            dependencies = []
            """
        ),
        new(
            NoArchDependency,
            Severity.Warning,
            Finder.Check,
            "A noarch package depends on a package that the recipe builds for one architecture.",
            "The dependencies of a noarch package must be noarch, unless they say arch = \"any\" (PSD-009 4.1.3). Otherwise the package cannot be installed.",
            "Add arch = \"any\" to the dependency, or give the package the architecture of what it depends on.",
            """
            architecture = "noarch"
            dependencies = [{ name = "hello" }]    # and hello is built for x86_64
            """
        ),
        new(
            LicenseFile,
            Severity.Note,
            Finder.Recipe,
            "A package does not bring the text of its licence.",
            "Licences ask that their text goes with the program, except for those that give up all rights, such as CC0-1.0.",
            "Name the files of the source tree that hold it, as in licenses = [\"COPYING\"], or depend with same_build on the package that brings them.",
            """
            name = "hello"
            files = ["usr/bin/hello"]           # and no licenses
            """
        ),
    ];
}
