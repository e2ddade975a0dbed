using System.CommandLine;
using Peipkg.Build.Formatting;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;

namespace Peipkg.Build.Commands;

/// <summary><c>fmt</c>: recipes in one form.</summary>
internal static class FmtCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<string>> recipes = CommandOptions.PathArguments(
            "RECIPE",
            "Recipe files, recipe directories, or directories of those; \"-\" formats standard input to standard output."
        );
        Option<bool> check = CommandOptions.Flag("--check", "Change nothing, and exit 1 if a file would be changed.");
        Command command = new(
            "fmt",
            "Format recipes, and print the names of those that were changed. Comments and order stay."
        )
        {
            recipes,
            check,
        };
        command.SetAction(result =>
            FormatOperation.Run(result.GetRequiredValue(recipes), result.GetValue(check), context)
        );
        return command;
    }
}
