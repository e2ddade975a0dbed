using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>Rules for the build script.</summary>
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

    /// <summary>The script has lines that end as on Windows.</summary>
    internal const string LineEnds = "script-line-ends";

    /// <summary>The script begins with a byte order mark.</summary>
    internal const string ByteOrderMark = "script-bom";

    /// <summary>The script goes on after a command that fails.</summary>
    internal const string ErrorExit = "script-errexit";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            RecipeRule.RecipeFile,
            Severity.Error,
            Finder.Recipe,
            "A file that the recipe names is not in the recipe's directory.",
            "A recipe is one directory that can be copied to any machine, so it must contain all its files.",
            "Put the file into the recipe's directory, and write its path relative to peipkg.toml.",
            """build_script = "../build.sh" """.TrimEnd()
        ),
        new(
            Syntax,
            Severity.Error,
            Finder.Check,
            "The build script has a syntax error.",
            "The build fails when the shell reaches that line, perhaps after an hour.",
            "Correct the line. \"sh -n build.sh\" reports the same error.",
            """if [ -d src ]; then cd src"""
        ),
        new(
            Shell,
            Severity.Warning,
            Finder.Check,
            "The first line of the build script names an interpreter other than sh.",
            "Build scripts are run as \"sh SCRIPT\" whatever their first line says, so features of other shells, such as arrays, fail.",
            "Write portable shell and #!/bin/sh, or call \"bash part.sh\" from the script.",
            "#!/bin/bash"
        ),
        new(
            LineEnds,
            Severity.Warning,
            Finder.Recipe,
            "The build script has lines that end with a carriage return, as on Windows.",
            "sh takes the carriage return for part of the last word of the line, so commands, options and paths are not the ones that are written there.",
            "Run \"dos2unix\" or \"sed -i 's/\\r$//'\" on the script.",
            """set -eu\r"""
        ),
        new(
            ByteOrderMark,
            Severity.Warning,
            Finder.Recipe,
            "The build script starts with a byte order mark.",
            "sh takes the mark for part of the first command, which it then does not find.",
            "Save the script as UTF-8 without a byte order mark, or run \"sed -i '1s/^\\xef\\xbb\\xbf//'\" on it.",
            """\xef\xbb\xbf#!/bin/sh"""
        ),
        new(
            ErrorExit,
            Severity.Warning,
            Finder.Recipe,
            "The build script goes on after a command that fails.",
            "Only the status of the last command counts, so a package can be built although compiling or installing it has failed.",
            "Put \"set -eu\" on the second line, after #!/bin/sh, or errexit = true below [build] in peipkg.toml.",
            """
            #!/bin/sh
            make
            make install
            """
        ),
        new(
            Mode,
            Severity.Warning,
            Finder.Check,
            "The build script is not executable.",
            "peipkg-build does not need the permission, but somebody who runs the script by hand does.",
            "Run chmod +x on the script.",
            "-rw-r--r-- build.sh"
        ),
        new(
            Network,
            Severity.Warning,
            Finder.Check,
            "The build script downloads something from the network.",
            "A download can change or disappear, so the package cannot be built again later. There is no network with --sandbox. The check looks for the names of commands, so it can miss downloads and be wrong about others.",
            "Add the files to the source, for example as a git submodule or vendored, so that $SOURCE_DIR contains everything.",
            "curl -LO https://example.org/extra.tar.gz"
        ),
        new(
            LeftOver,
            Severity.Warning,
            Finder.Build,
            "The build script left processes running.",
            "The processes were killed, and anything that they had not yet written is missing.",
            "Wait for background processes, and stop the daemons that the build starts.",
            "gradle build    # without --no-daemon"
        ),
    ];
}
