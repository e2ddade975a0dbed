using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>Rules for <c>peipkg.toml</c> as a file.</summary>
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
            "A recipe that cannot be read cannot be built.",
            "Check the path and the permissions of the file.",
            "peipkg-build check no-such-directory/peipkg.toml"
        ),
        new(
            RecipeRule.Syntax,
            Severity.Error,
            Finder.Recipe,
            "The file is not TOML.",
            "Everything after the mistake may be read wrongly.",
            "Correct the line. Usually a quote, a bracket or an equals sign is missing, or a key occurs twice.",
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
            "A section has an unknown key.",
            "A misspelled key would otherwise be ignored, and its value with it.",
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
            "A section name is probably misspelled, or a key is outside every section.",
            "Unknown sections belong to other programs and are ignored, so a misspelled section is ignored too.",
            "Correct the section's name, or move the key below its section.",
            """
            [upstrem]
            git = "https://git.example.org/hello"
            """
        ),
        new(
            RecipeRule.MissingKey,
            Severity.Error,
            Finder.Recipe,
            "A required key or section is missing.",
            "The package cannot be built without it.",
            "Add it. docs/recipe-reference.md lists the required keys of each section.",
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
            "A value has the wrong type, or a section is written in the wrong form.",
            "A list is not a string, and [package] is not [[package]].",
            "Write the value in the form that the message names.",
            """files = "usr/**" """.TrimEnd()
        ),
        new(
            RecipeRule.TooMany,
            Severity.Error,
            Finder.Recipe,
            "A list has too many entries.",
            "Package managers refuse such a package.",
            "Shorten the list, or split the package.",
            "dependencies with more than 10000 entries"
        ),
        new(
            RecipeRule.Sign,
            Severity.Error,
            Finder.Recipe,
            "The recipe has a [[sign]] section.",
            "It was meant for signing single files. Packages are signed as a whole, with --sign-key; no private key belongs into a recipe's directory.",
            "Remove the section, and the key file that it names.",
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
            "[watch] sets how often [upstream] is polled. Without [upstream] there is nothing to poll.",
            "Add [upstream], or remove the section.",
            """
            [watch]
            poll_interval = "1h"
            # and no [upstream]
            """
        ),
    ];
}
