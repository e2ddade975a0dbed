using System.CommandLine;
using Peipkg.Build.Building;
using Peipkg.Build.Fetching;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Commands;

/// <summary><c>fetch</c>: the source tree of a recipe that says where its archive is.</summary>
internal static class FetchCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<string> recipe = CommandOptions.PathArgument(
            "RECIPE",
            "The recipe, a peipkg.toml or the directory that holds it."
        );
        Option<VersionOperand> version = CommandOptions.Parsed<VersionOperand>(
            "--version",
            "VERSION",
            "The version, with or without a revision; without it, the newest in peipkg.lock.",
            VersionOperand.TryParse
        );
        Option<string> output = CommandOptions.NamedPath(
            "--out",
            "DIR",
            "The source tree to make; must be absent or empty.",
            required: true
        );
        Option<string> archive = CommandOptions.Path(
            "--archive",
            "FILE",
            "Take this file instead of downloading the archive; it must be the one that is locked."
        );
        Command command = new(
            "fetch",
            "Make the source tree of a recipe from the archive that peipkg.lock names, with the recipe's patches."
        )
        {
            recipe,
            version,
            output,
            archive,
        };
        command.SetAction(result =>
            FetchOperation.Run(
                new FetchRequest(
                    RecipePath.Of(result.GetRequiredValue(recipe)),
                    result.GetResult(version) is null ? null : result.GetValue(version),
                    result.GetRequiredValue(output),
                    result.GetValue(archive)
                ),
                context
            )
        );
        return command;
    }
}
