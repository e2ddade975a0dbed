using Peipkg.Build.Sandboxing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Explains a failure in a sandbox: there root is nobody special, and cannot read the files of others.</summary>
internal static class SandboxSight
{
    /// <summary>A sentence on the first file that the sandboxed script could not read; null where it could read all.</summary>
    internal static string? Explain(
        RecipeScript which,
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        ToolContext context
    )
    {
        ScriptPlaces places = SandboxView.Places(which.Path);
        BoundedOutputStream output = new(64 << 10);
        ChildProcessOptions command = ScriptCommand.InSandbox(
            which,
            recipe,
            request with
            {
                Variation = null,
            },
            area,
            network: null,
            context,
            [
                "/usr/bin/find",
                places.Source,
                "(",
                "!",
                "-readable",
                "-o",
                "-type",
                "d",
                "!",
                "-executable",
                ")",
                "!",
                "-type",
                "l",
                "-print",
                "-quit",
            ]
        );
        ChildProcess.Run(
            command with
            {
                StandardOutput = output,
                StandardError = Stream.Null,
                Timeout = TimeSpan.FromMinutes(1),
            },
            context.Cancellation
        );
        string found = output.Text().TrimEnd('\n');
        return found.StartsWith(places.Source, StringComparison.Ordinal)
            ? $"the script's user in the sandbox may not read {Path.GetFullPath(request.Source)}{found[places.Source.Length..]}, "
                + $"which belongs to another user; run: chmod -R a+rX {request.Source}"
            : null;
    }
}
