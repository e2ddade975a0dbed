using System.Globalization;
using Peipkg.Build.Rules;
using Peipkg.Build.Sandboxing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Runs a recipe's scripts in the documented environment (PSD-009 §8.2). No process of them is left afterwards.</summary>
internal static class BuildScript
{
    /// <summary>Runs a script.</summary>
    /// <exception cref="UserErrorException">It failed, with its exit status or signal.</exception>
    /// <exception cref="OperationCanceledException">It was ended with all processes that it had started.</exception>
    internal static void Run(
        RecipeScript which,
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        FindingReporter findings,
        ToolContext context
    )
    {
        string script = Path.Combine(recipe.Directory, which.Path);
        using SandboxNetwork? network = SandboxNetwork.For(request.Sandbox, context);
        ChildProcessOptions command = ScriptCommand.Create(which, recipe, request, area, network, context);
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

        // In a sandbox, the only process left is the sandbox's own, which is about to end.
        if (exit.LeftOver > 0 && request.Sandbox is null)
        {
            findings.Report(
                ScriptRules.LeftOver,
                $"the {which.Noun} left {Counted.Text(exit.LeftOver, "process", "processes")} running, which were killed"
            );
        }

        if (exit.Escaped)
        {
            throw new UserErrorException(
                $"the {which.Noun} {script} left processes that fork faster than they can be ended, and some may still run; "
                    + "build with --sandbox, where all of them end with the script"
            );
        }

        if (!exit.IsSuccess)
        {
            string text = $"the {which.Noun} {script} {exit}; no package was made";
            if (output.HiddenError() is { } error)
            {
                text += string.Create(
                    CultureInfo.InvariantCulture,
                    $"\nThe first error in its output, {error.Following} lines before the end:\n  | {error.Line}"
                );
            }

            if (
                request.Sandbox is not null
                && SandboxSight.Explain(which, recipe, request, area, context) is { } unreadable
            )
            {
                text += $"\n{char.ToUpperInvariant(unreadable[0])}{unreadable[1..]}.";
            }

            if (RequirementCheck.Doubt(recipe, request) is { } doubt)
            {
                text += $"\n{doubt}";
            }

            if (request.Shell == ShellMode.OnFailure)
            {
                context.Diagnostics.Error(text);
                ScriptShell.Open(which, recipe, request, area, context);
                throw new UserErrorException($"the {which.Noun} failed, as said above; no package was made");
            }

            throw new UserErrorException(text);
        }
    }
}
