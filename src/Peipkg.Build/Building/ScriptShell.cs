using Peipkg.Build.Sandboxing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Opens a shell where a script runs: in its sandbox, its directory and its environment.</summary>
internal static class ScriptShell
{
    private const string Shell = "/bin/sh";
    private const string Comfortable = "/bin/bash";

    /// <summary>Opens the shell and waits for its end. Without a terminal, it reads commands from standard input.</summary>
    /// <exception cref="UserErrorException">There is nothing to read commands from.</exception>
    internal static void Open(
        RecipeScript which,
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        ToolContext context
    )
    {
        ShellInput input =
            context.Input ?? throw new UserErrorException("--shell needs a terminal, or commands on standard input");
        using SandboxNetwork? network = SandboxNetwork.For(request.Sandbox, context);
        string[] shell =
            !input.IsTerminal ? [Shell]
            : File.Exists(request.Sandbox?.Root + Comfortable) ? [Comfortable, "--norc", "--noprofile", "-i"]
            : [Shell, "-i"];
        ChildProcessOptions command = ScriptCommand.Create(which, recipe, request, area, network, context, shell) with
        {
            StandardInput = input.Handle,
            Timeout = null,
        };
        context.Diagnostics.Note(
            $"this is a shell in the place of the {which.Noun}{(request.Sandbox is null ? "" : ", in its sandbox")}; "
                + $"\". $RECIPE_DIR/{which.Path}\" runs the script, and \"exit\" ends the shell"
        );
        using ScriptOutput output = new(context.ScriptOutput, context.ScriptError);
        ChildProcess.Run(
            input.IsTerminal
                ? OnTerminal(command, context)
                : command with
                {
                    StandardOutput = output.Output,
                    StandardError = output.Error,
                },
            context.Cancellation
        );
    }

    // A terminal of its own, which "script" makes and connects with ours: a program in another session could not use ours,
    // and one in our session could type into it.
    private static ChildProcessOptions OnTerminal(ChildProcessOptions command, ToolContext context)
    {
        string program =
            ProgramPath.Find("script", context)
            ?? throw new UserErrorException(
                "--shell on a terminal needs the program \"script\" of util-linux, which is not on the PATH; install bsdutils"
            );
        IEnumerable<string> words = command.Arguments.Prepend(command.FileName);
        string line = string.Join(' ', words.Where(word => word != SandboxView.NewSession).Select(ShellWord.Quote));
        return command with
        {
            FileName = program,
            Arguments = ["--quiet", "--command", $"exec {line}", "/dev/null"],
            Environment =
            [
                .. command.Environment,
                new("SHELL", Shell),
                new("TERM", context.Variables.GetValueOrDefault("TERM", "dumb")),
                new("PS1", "build:\\w\\$ "),
            ],
        };
    }
}
