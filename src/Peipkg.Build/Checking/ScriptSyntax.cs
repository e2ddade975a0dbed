using System.Globalization;
using Peipkg.Build.Rules;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Checking;

/// <summary>
/// Checks the syntax of build scripts with the shell, which runs nothing of them. One shell starts the others for a batch
/// of scripts, which takes a third of the time of starting each from here.
/// </summary>
internal static class ScriptSyntax
{
    private const int Batch = 100;
    private const int LongestOutput = 1 << 20;

    // No shell's message starts with this character, so it marks where the messages of the next script begin.
    private const string Marker = "\u0001";

    private const string Loop =
        """for f; do printf '\001%s\n' "$f"; "$SHELL_TO_ASK" -n "$f" 2>&1 </dev/null || :; done""";

    /// <summary>The syntax errors of scripts.</summary>
    internal static IEnumerable<Finding> Check(IEnumerable<string> scripts, CancellationToken cancellation)
    {
        (string Shell, string[] Scripts)[] batches =
        [
            .. scripts
                .GroupBy(ScriptCheck.ShellOf, StringComparer.Ordinal)
                .SelectMany(group => group.Chunk(Batch).Select(chunk => (group.Key, chunk))),
        ];
        Finding[][] found = new Finding[batches.Length][];
        AllCores.Run(
            batches.Length,
            i => found[i] = [.. Ask(batches[i].Shell, batches[i].Scripts, cancellation)],
            cancellation
        );
        return found.SelectMany(static some => some);
    }

    private static IEnumerable<Finding> Ask(string shell, string[] scripts, CancellationToken cancellation)
    {
        using BoundedOutputStream output = new(LongestOutput);
        ChildProcess.Run(
            new ChildProcessOptions
            {
                FileName = "/bin/sh",
                Arguments = ["-c", Loop, "sh", .. scripts.Select(Path.GetFullPath)],
                Environment = [new("PATH", "/usr/bin:/bin"), new("LC_ALL", "C"), new("SHELL_TO_ASK", shell)],
                WorkingDirectory = "/",
                StandardOutput = output,
                StandardError = output,
                Timeout = TimeSpan.FromMinutes(1),
            },
            cancellation
        );
        Dictionary<string, string> names = scripts.ToDictionary(
            script => Path.GetFullPath(script),
            StringComparer.Ordinal
        );
        foreach (string part in output.Text().Split(Marker, StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = part.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (lines.Length > 1 && names.TryGetValue(lines[0], out string? script))
            {
                yield return Understand(script, lines[0], lines[1]);
            }
        }
    }

    // "/x/build.sh: 12: Syntax error: …" from dash, "/x/build.sh: line 12: syntax error …" from bash.
    private static Finding Understand(string script, string fullPath, string message)
    {
        string rest = message.StartsWith(fullPath, StringComparison.Ordinal)
            ? message[fullPath.Length..].TrimStart(':', ' ')
            : message;
        rest = rest.StartsWith("line ", StringComparison.Ordinal) ? rest["line ".Length..] : rest;
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        bool numbered = int.TryParse(
            colon < 0 ? "" : rest[..colon],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int line
        );
        string said = numbered ? rest[(colon + 1)..].Trim() : rest;
        const string Prefix = "Syntax error: ";
        said = said.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? said[Prefix.Length..] : said;
        return Finding.Of(
            ScriptRules.Syntax,
            $"the shell cannot read this: {TerminalText.Escape(said)}",
            script,
            numbered && line > 0 ? new TomlPosition(line, 1) : null
        );
    }
}
