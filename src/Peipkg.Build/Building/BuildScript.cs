using System.Globalization;
using System.Text;
using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Runs a recipe's build script in the environment that it may rely on (§8.2), and nothing of it afterwards.</summary>
internal static class BuildScript
{
    /// <summary>Runs the script.</summary>
    /// <exception cref="UserErrorException">It failed, with its exit status or signal.</exception>
    /// <exception cref="OperationCanceledException">It was ended together with all it had started.</exception>
    internal static void Run(
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        FindingReporter findings,
        ToolContext context
    )
    {
        string script = Path.Combine(recipe.Directory, recipe.Meta.BuildScript);
        ChildProcessOptions command = ScriptCommand.Create(recipe, request, area, context);
        if (request.Variation is null)
        {
            request.Limits.Describe(context.Diagnostics);
        }

        context.Diagnostics.Step(
            $"running {script}{(request.Variation is null ? "" : " a second time")}{(request.Sandbox is null ? "" : " in a sandbox")}"
        );
        using ScriptOutput output = new(context.ScriptOutput, context.ScriptError);
        ChildExit exit = ChildProcess.Run(
            command with
            {
                StandardOutput = output.Output,
                StandardError = output.Error,
            },
            context.Cancellation
        );

        // What is left of a sandbox is only its own first process, on its way out.
        if (exit.LeftOver > 0 && request.Sandbox is null)
        {
            findings.Report(
                ScriptRules.LeftOver,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the build script left {exit.LeftOver} {(exit.LeftOver == 1 ? "process" : "processes")} running, which had to be killed"
                )
            );
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
            text.Append(
                CultureInfo.InvariantCulture,
                $"\nThe last {(lastLines.Count == 1 ? "line" : $"{lastLines.Count} lines")} of its output:"
            );
            foreach (string line in lastLines)
            {
                text.Append("\n  | ").Append(line);
            }
        }

        return new UserErrorException(text.ToString());
    }
}
