using System.CommandLine;
using Peipkg.Build.Inspecting;
using Peipkg.CommandLine;

namespace Peipkg.Build.Commands;

/// <summary><c>inspect</c>: what a package holds.</summary>
internal static class InspectCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<string> file = CommandOptions.Argument("FILE", "The package.");
        Option<bool> json = CommandOptions.Flag("--json", "Print JSON instead of text.");
        Command command = new("inspect", "Show a package's manifest, files, sizes and signature.") { file, json };
        command.SetAction(result => InspectOperation.Run(result.GetRequiredValue(file), result.GetValue(json), context));
        return command;
    }
}
