using System.CommandLine;
using Peipkg.Build.Building;
using Peipkg.Build.Fetching;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Commands;

/// <summary><c>lock</c>: which archive each version is built from.</summary>
internal static class LockCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<string> recipe = CommandOptions.PathArgument(
            "RECIPE",
            "The recipe, a peipkg.toml or the directory that holds it."
        );
        Option<IReadOnlyList<VersionOperand>> versions = CommandOptions.Many<VersionOperand>(
            "--version",
            "VERSION",
            "A version to lock, with or without a revision.",
            VersionOperand.TryParse
        );
        Option<string> archive = CommandOptions.Path(
            "--archive",
            "FILE",
            "Take this file instead of downloading the archive."
        );
        Command command = new(
            "lock",
            "Fetch the archives of versions, verify their signatures, and record their hashes in peipkg.lock."
        )
        {
            recipe,
            versions,
            archive,
        };
        command.SetAction(result =>
            LockOperation.Run(
                new LockRequest(
                    RecipePath.Of(result.GetRequiredValue(recipe)),
                    result.GetRequiredValue(versions),
                    result.GetValue(archive)
                ),
                context
            )
        );
        return command;
    }
}
