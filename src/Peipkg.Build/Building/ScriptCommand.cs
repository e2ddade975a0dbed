using System.Globalization;
using Peipkg.Build.Sandboxing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Makes the command that runs a recipe's script: on the machine as it is or in a sandbox, and within limits.</summary>
internal static class ScriptCommand
{
    private const string Shell = "/bin/sh";

    /// <summary>The command. The caller sets where its outputs go.</summary>
    /// <param name="which">The script.</param>
    /// <param name="recipe">Says how it runs.</param>
    /// <param name="request">Says where and how it runs.</param>
    /// <param name="area">The build's own directories.</param>
    /// <param name="network">The sandbox's own network; null where it has none.</param>
    /// <param name="context">The search path is the caller's.</param>
    /// <param name="instead">What runs in place of the script; null runs that.</param>
    /// <exception cref="UserErrorException">A sandbox cannot be made here.</exception>
    internal static ChildProcessOptions Create(
        RecipeScript which,
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        SandboxNetwork? network,
        ToolContext context,
        IReadOnlyList<string>? instead = null
    )
    {
        if (request.Sandbox is not null)
        {
            // Without a sandbox, the caller's umask applies; in one, it must not.
            return InSandbox(
                which,
                recipe,
                request,
                area,
                network,
                context,
                [
                    Shell,
                    "-c",
                    "umask \"$1\" && shift && unset PWD && exec \"$@\"",
                    "sh",
                    Convert.ToString(UmaskOf(request), 8),
                    .. instead ?? [.. Interpreter(recipe), SandboxView.Places(which.Path).Script],
                ]
            );
        }

        ScriptPlaces places = new(
            Path.GetFullPath(request.Source),
            area.Destination,
            area.Work,
            Path.Combine(recipe.Directory, which.Path),
            recipe.Directory,
            area.Home
        );
        return Limited(
            [.. request.Variation?.Prefix() ?? [], .. instead ?? [.. Interpreter(recipe), places.Script]],
            ScriptEnvironment.Of(which, recipe, request, places, ProgramPath.Of(context)),
            which,
            request,
            area
        );
    }

    private static string[] Interpreter(Recipe recipe) => recipe.Build.StopsAtErrors ? [Shell, "-e"] : [Shell];

    /// <summary>The umask of the script.</summary>
    internal static uint UmaskOf(BuildRequest request) =>
        request.Variation?.Umask ?? (request.Sandbox is null ? Umask.Current() : Umask.Usual);

    /// <summary>A command that sees what the script sees in the sandbox.</summary>
    /// <param name="which">The script.</param>
    /// <param name="recipe">Says how it runs.</param>
    /// <param name="request">Says where and how it runs.</param>
    /// <param name="area">The build's own directories.</param>
    /// <param name="network">The sandbox's own network; null where it has none.</param>
    /// <param name="context">The search path is the caller's.</param>
    /// <param name="command">Its words.</param>
    /// <exception cref="UserErrorException">A sandbox cannot be made here.</exception>
    internal static ChildProcessOptions InSandbox(
        RecipeScript which,
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        SandboxNetwork? network,
        ToolContext context,
        IReadOnlyList<string> command
    )
    {
        SandboxSettings sandbox = request.Sandbox!;
        List<string> words =
        [
            .. Bubblewrap.Require(context),
            .. Bubblewrap.Filter,
            .. (IEnumerable<string>)(network is null ? [] : SandboxNetwork.Arguments),
            .. SandboxView.Arguments(
                sandbox,
                request.Source,
                recipe.Directory,
                area,
                request.Variation?.HostName ?? SandboxView.HostName,
                request.Limits.Memory,
                network?.NameServer
            ),
            .. command,
        ];
        return Limited(
            words,
            ScriptEnvironment.Of(
                which,
                recipe,
                request,
                SandboxView.Places(which.Path),
                SandboxView.SearchPath(sandbox)
            ),
            which,
            request,
            area
        ) with
        {
            Descriptors = [area.Hold(Pipe.Holding(SystemCallFilter.Program())), .. network?.Descriptors ?? []],
            Started = network is null ? null : pid => network.Connect(pid, context.Cancellation),
        };
    }

    private static ChildProcessOptions Limited(
        List<string> words,
        List<KeyValuePair<string, string>> environment,
        RecipeScript which,
        BuildRequest request,
        StagingArea area
    )
    {
        if (request.Limits.Memory is { } memory)
        {
            string kibibytes = (memory >> 10).ToString(CultureInfo.InvariantCulture);
            words.InsertRange(
                0,
                [Shell, "-c", "ulimit -v \"$1\" && shift && unset PWD && exec \"$@\"", "sh", kibibytes]
            );
        }

        return new ChildProcessOptions
        {
            FileName = words[0],
            Arguments = words[1..],
            Environment = environment,
            WorkingDirectory = area.Work,
            Timeout = request.Limits.Timeout,
            Processors = request.Limits.Processors,
            // bubblewrap gives a sandbox what a group is for: all of its processes end with it.
            OwnControlGroup = request.Sandbox is null,
            OwnKeyring = request.Sandbox is not null,
            WhenWeDie = new DeathPlan(
                request.Sandbox is null ? $"{which.TreeVariable}={area.Destination}" : null,
                request.KeepStage ? [] : [area.Root, .. area.Companions.Select(companion => companion.Root)]
            ),
        };
    }
}
