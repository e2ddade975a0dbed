using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Completion;

/// <summary><c>completion bash|zsh|fish</c>: prints the script with which a shell completes the program's command line.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    internal static Command Create(Command root, TextWriter stdout)
    {
        Argument<string> shell = CommandOptions.ChoiceArgument("SHELL", $"One of {string.Join(", ", Shells)}.", Shells);
        Command command = new("completion", "Print a completion script for a shell.") { shell };
        command.SetAction(result =>
        {
            CompletedCommand tree = CompletedCommand.Read(root);
            stdout.Write(
                result.GetRequiredValue(shell) switch
                {
                    "bash" => BashCompletion.Write(tree),
                    "zsh" => ZshCompletion.Write(tree),
                    _ => FishCompletion.Write(tree),
                }
            );
            return ExitCode.Success;
        });
        return command;
    }
}
