using Peipkg.Build.Sandboxing;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Refuses what would make a sandbox useless or impossible, before anything runs in it.</summary>
internal static class SandboxCheck
{
    // The sandbox makes these itself; a host directory in their place would show what is to be hidden.
    private static readonly string[] Taken = ["/build", "/dev", "/etc", "/proc", "/run", "/tmp", "/usr", "/var/tmp"];

    /// <exception cref="UserErrorException">Everything that is wrong, a line each.</exception>
    internal static void Require(SandboxSettings settings, Recipe recipe, BuildRequest request)
    {
        List<string> problems = [];
        foreach (string path in settings.ReadOnly)
        {
            if (!Path.Exists(path))
            {
                problems.Add($"--bind-ro {path} does not exist");
            }
            else if (path == "/" || Array.Exists(Taken, taken => path == taken))
            {
                problems.Add(
                    $"--bind-ro {path} would replace the sandbox's own directory; name only what is needed in it"
                );
            }
            else if (
                path.StartsWith("/build/", StringComparison.Ordinal)
                || path.StartsWith("/proc/", StringComparison.Ordinal)
            )
            {
                problems.Add($"--bind-ro {path} is a path of the sandbox's own; use another path on this machine");
            }
        }

        if (settings.Root is { } root && WhyNoRoot(root) is { } fault)
        {
            problems.Add($"--root {root} {fault}");
        }

        if (request.SignKey is { } key)
        {
            foreach ((string shown, string option) in Shown(settings, recipe, request))
            {
                if (RealPath.IsWithin(key, shown))
                {
                    problems.Add(
                        $"--sign-key {key} lies in {option}, which the script can read in the sandbox; keep the key elsewhere"
                    );
                    break;
                }
            }
        }

        if (problems.Count > 0)
        {
            throw new UserErrorException(string.Join('\n', problems));
        }
    }

    private static string? WhyNoRoot(string root)
    {
        FileInfo shell = new(Path.Combine(root, "bin", "sh"));
        return !Directory.Exists(root) ? "does not exist, or is not a directory"
            : FileStatus.Of(root, followLinks: true) is { } status
            && FileStatus.Of("/") is { } machine
            && status.IsSameFile(machine)
                ? "is this machine itself; give --sandbox alone"
            : !Directory.Exists(Path.Combine(root, "usr")) ? "has no directory usr; name one that compose has made"
            : !shell.Exists && shell.LinkTarget is null
                ? "has no /bin/sh, which runs build scripts; compose it with a package that has it"
            : null;
    }

    private static IEnumerable<(string Path, string Option)> Shown(
        SandboxSettings settings,
        Recipe recipe,
        BuildRequest request
    ) =>
        settings
            .ReadOnly.Select(path => (path, $"--bind-ro {path}"))
            .Append((request.Source, "--source"))
            .Append((recipe.Directory, "the recipe's directory"))
            .Append(settings.Root is { } root ? (root, $"--root {root}") : ("/usr", "/usr"));
}
