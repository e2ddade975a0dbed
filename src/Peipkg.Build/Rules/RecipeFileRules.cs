using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>Rules of <c>peipkg.toml</c> as a file.</summary>
internal static class RecipeFileRules
{
    /// <summary>A recipe that cannot be opened.</summary>
    internal const string Unreadable = "unreadable";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            Unreadable,
            Severity.Error,
            Finder.Check,
            "The recipe cannot be opened.",
            "What cannot be read cannot be built either.",
            "Check the path, and that you may read the file.",
            "peipkg-build check no-such-directory/peipkg.toml"
        ),
        new(
            RecipeRule.Syntax,
            Severity.Error,
            Finder.Recipe,
            "The file is not TOML.",
            "Nothing after the mistake can be trusted to mean what it says.",
            "Correct the line; most often a quote, a bracket or an equals sign is missing, or a key is there twice.",
            """license = MIT"""
        ),
        new(
            RecipeRule.MoreProblems,
            Severity.Error,
            Finder.Recipe,
            "The file has more problems than are listed.",
            "The first hundred are listed and the others counted; many of them may have the same cause.",
            "Solve the problems that are listed, and check again.",
            "peipkg-build check some-archive/peipkg.toml"
        ),
        new(
            RecipeRule.UnknownKey,
            Severity.Error,
            Finder.Recipe,
            "A section has a key that does not exist.",
            "A key that is spelled wrong would otherwise be ignored in silence, and with it what it says.",
            "Correct the spelling, or remove the key.",
            """
            [meta]
            licence = "MIT"
            """
        ),
        new(
            RecipeRule.UnknownSection,
            Severity.Warning,
            Finder.Recipe,
            "A section is spelled almost like a known one, or a key stands outside of any section.",
            "Other programs may own other sections, so they are ignored; a misspelled one would be too.",
            "Correct the spelling, or move the key below its section.",
            """
            [upstrem]
            git = "https://git.example.org/hello"
            """
        ),
        new(
            RecipeRule.MissingKey,
            Severity.Error,
            Finder.Recipe,
            "A key or section that must be there is missing.",
            "Without it there is nothing sensible to build.",
            "Add it; docs/recipe-reference.md lists what each section needs.",
            """
            [[package]]
            name = "hello"
            files = ["usr/**"]
            # architecture is missing
            """
        ),
        new(
            RecipeRule.WrongType,
            Severity.Error,
            Finder.Recipe,
            "A value has another type than its key takes, or a section is written in another form.",
            "A list is not a text, and [package] is not [[package]].",
            "Write the value in the form that the message names.",
            """files = "usr/**" """.TrimEnd()
        ),
        new(
            RecipeRule.TooMany,
            Severity.Error,
            Finder.Recipe,
            "A list has more entries than a package may have.",
            "Every consumer refuses such a package.",
            "Shorten the list, or split the package.",
            "dependencies with more than 10000 entries"
        ),
        new(
            RecipeRule.Sign,
            Severity.Error,
            Finder.Recipe,
            "The recipe has a [[sign]] section.",
            "Signing single files is not available; packages that silently lack it would be worse than none.",
            "Remove the section to build without it.",
            """
            [[sign]]
            path = "boot/*.efi"
            key = "secure-boot.pem"
            """
        ),
        new(
            RecipeRule.Ineffective,
            Severity.Warning,
            Finder.Check,
            "A section has no effect.",
            "[watch] tells how often [upstream] is looked at; without [upstream] nothing is.",
            "Add [upstream], or remove the section.",
            """
            [watch]
            poll_interval = "1h"
            # and no [upstream]
            """
        ),
    ];
}
