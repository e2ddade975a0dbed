using System.Globalization;
using System.Text;
using Peipkg.Build.Staging;
using Peipkg.CommandLine;
using Peipkg.CommandLine.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Runs a recipe's build script in the environment that it may rely on (§8.2), and nothing of it afterwards.</summary>
internal static class BuildScript
{
    private const string Shell = "/bin/sh";
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Runs the script.</summary>
    /// <exception cref="UserErrorException">It failed, with its exit status or signal.</exception>
    /// <exception cref="OperationCanceledException">It was ended together with all it had started.</exception>
    internal static void Run(Recipe recipe, BuildRequest request, StagingArea area, ToolContext context)
    {
        string script = Path.Combine(recipe.Directory, recipe.Meta.BuildScript);
        using ScriptOutput output = new(context.ScriptOutput, context.ScriptError);
        ChildExit exit = ChildProcess.Run(
            new ChildProcessOptions
            {
                FileName = Shell,
                Arguments = [script],
                Environment = Environment(request, area, context),
                WorkingDirectory = area.Work,
                StandardOutput = output.Output,
                StandardError = output.Error,
            },
            context.Cancellation);
        if (exit.LeftOver > 0)
        {
            context.Diagnostics.Warning(string.Create(CultureInfo.InvariantCulture,
                $"the build script left {exit.LeftOver} {(exit.LeftOver == 1 ? "process" : "processes")} running, which had to be killed"));
        }

        if (!exit.IsSuccess)
        {
            throw Failure(script, exit, output.LastLines());
        }
    }

    private static UserErrorException Failure(string script, ChildExit exit, IReadOnlyList<string> lastLines)
    {
        StringBuilder text = new($"the build script {script} {exit}; no package was made");
        if (lastLines.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nThe last {(lastLines.Count == 1 ? "line" : $"{lastLines.Count} lines")} of its output:");
            foreach (string line in lastLines)
            {
                text.Append("\n  | ").Append(line);
            }
        }

        return new UserErrorException(text.ToString());
    }

    private static List<KeyValuePair<string, string>> Environment(BuildRequest request, StagingArea area, ToolContext context)
    {
        List<KeyValuePair<string, string>> environment =
        [
            new("SOURCE_DIR", Path.GetFullPath(request.Source)),
            new("DESTDIR", area.Destination),
            new("SOURCE_DATE_EPOCH", request.Timestamp.UnixSeconds.ToString(CultureInfo.InvariantCulture)),
            new("LC_ALL", "C"),
            new("TZ", "UTC"),
            new("PATH", context.Variables.TryGetValue("PATH", out string? path) && path.Length > 0 ? path : DefaultPath),
        ];
        environment.AddRange(request.Variables.Select(variable => new KeyValuePair<string, string>(variable.Name, variable.Value)));
        return environment;
    }
}
