using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>Rules of the build script.</summary>
internal static class ScriptRules
{
    /// <summary>The script does not parse.</summary>
    internal const string Syntax = "script-syntax";

    /// <summary>The script names another shell than the one that runs it.</summary>
    internal const string Shell = "script-shell";

    /// <summary>The script is not executable.</summary>
    internal const string Mode = "script-mode";

    /// <summary>The script fetches from the network.</summary>
    internal const string Network = "script-network";

    /// <summary>The script left processes running.</summary>
    internal const string LeftOver = "script-leftover";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            RecipeRule.RecipeFile,
            Severity.Error,
            Finder.Recipe,
            "A file that the recipe names is not in its directory.",
            "A recipe is one directory that can be copied to any machine.",
            "Write the path relative to the recipe, and put the file there.",
            """build_script = "../build.sh" """.TrimEnd()
        ),
        new(
            Syntax,
            Severity.Error,
            Finder.Check,
            "The build script is not valid shell.",
            "The build would stop at that line, perhaps after an hour.",
            "Correct the line; \"sh -n build.sh\" shows the same.",
            """if [ -d src ]; then cd src"""
        ),
        new(
            Shell,
            Severity.Warning,
            Finder.Check,
            "The first line of the build script names something else than sh.",
            "Scripts are run as \"sh SCRIPT\" whatever their first line says, so arrays and other specialities may fail.",
            "Write #!/bin/sh and portable shell, or call \"bash part.sh\" from it.",
            "#!/bin/bash"
        ),
        new(
            Mode,
            Severity.Warning,
            Finder.Check,
            "The build script is not executable.",
            "peipkg-build does without, but people who try it by hand do not.",
            "Run chmod +x on it.",
            "-rw-r--r-- build.sh"
        ),
        new(
            Network,
            Severity.Warning,
            Finder.Check,
            "The build script fetches something from the network.",
            "What is fetched can change or vanish, so the package cannot be built again; --sandbox has no network.",
            "Fetch it with the source (a git submodule, vendored files), so that $SOURCE_DIR holds everything.",
            "curl -LO https://example.org/extra.tar.gz"
        ),
        new(
            LeftOver,
            Severity.Warning,
            Finder.Build,
            "The build script left processes running.",
            "They had to be killed; what they were still to write is missing.",
            "Wait for background processes, and stop the daemons that the build starts.",
            "gradle build    # without --no-daemon"
        ),
    ];
}
