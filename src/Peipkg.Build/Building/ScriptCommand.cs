using System.Globalization;
using Peipkg.Build.Sandboxing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Puts together how a recipe's build script is run: on the machine as it is, or in a sandbox, and within limits.</summary>
internal static class ScriptCommand
{
    private const string Shell = "/bin/sh";

    /// <summary>What to run. Its outputs are the caller's to set.</summary>
    /// <exception cref="UserErrorException">A sandbox cannot be made here.</exception>
    internal static ChildProcessOptions Create(
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        ToolContext context
    )
    {
        ScriptPlaces places;
        string path;
        List<string> words = [];
        if (request.Sandbox is { } sandbox)
        {
            places = SandboxView.Places(recipe.Meta.BuildScript);
            path = SandboxView.SearchPath(sandbox);
            words.AddRange(Bubblewrap.Require(context));
            words.AddRange(
                SandboxView.Arguments(
                    sandbox,
                    request.Source,
                    recipe.Directory,
                    area,
                    request.Variation?.HostName ?? SandboxView.HostName
                )
            );

            // The mode of new files is the caller's affair without a sandbox, and nobody's in one.
            words.AddRange(
                Shell,
                "-c",
                "umask \"$1\" && shift && exec \"$@\"",
                "sh",
                request.Variation?.Umask ?? "022",
                Shell,
                places.Script
            );
        }
        else
        {
            places = new ScriptPlaces(
                Path.GetFullPath(request.Source),
                area.Destination,
                area.Work,
                Path.Combine(recipe.Directory, recipe.Meta.BuildScript)
            );
            path =
                context.Variables.TryGetValue("PATH", out string? inherited) && inherited.Length > 0
                    ? inherited
                    : SandboxView.ToolPath;
            words.AddRange(request.Variation?.Prefix() ?? []);
            words.AddRange(Shell, places.Script);
        }

        if (request.Limits.Memory is { } memory)
        {
            string kibibytes = (memory >> 10).ToString(CultureInfo.InvariantCulture);
            words.InsertRange(0, [Shell, "-c", "ulimit -v \"$1\" && shift && exec \"$@\"", "sh", kibibytes]);
        }

        return new ChildProcessOptions
        {
            FileName = words[0],
            Arguments = words[1..],
            Environment = Environment(request, places, path),
            WorkingDirectory = area.Work,
            Timeout = request.Limits.Timeout,
            Processors = request.Limits.Processors,
            WhenWeDie = new DeathPlan(
                request.Sandbox is null ? $"DESTDIR={area.Destination}" : null,
                request.KeepStage ? [] : [area.Root, .. area.Companions.Select(companion => companion.Root)]
            ),
        };
    }

    private static List<KeyValuePair<string, string>> Environment(
        BuildRequest request,
        ScriptPlaces places,
        string path
    )
    {
        List<KeyValuePair<string, string>> environment =
        [
            new("SOURCE_DIR", places.Source),
            new("DESTDIR", places.Destination),
            new("SOURCE_DATE_EPOCH", request.Timestamp.UnixSeconds.ToString(CultureInfo.InvariantCulture)),
            new("LC_ALL", "C"),
            new("TZ", "UTC"),
            new("PATH", path),
        ];
        environment.AddRange(
            request.Variables.Select(variable => new KeyValuePair<string, string>(variable.Name, variable.Value))
        );
        return environment;
    }
}
