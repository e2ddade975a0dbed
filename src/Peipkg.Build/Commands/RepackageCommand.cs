using System.CommandLine;
using Peipkg.Build.Building;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;

namespace Peipkg.Build.Commands;

/// <summary><c>repackage</c>: what a build staged becomes packages again, by a recipe that may have changed.</summary>
internal static class RepackageCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<string> stage = CommandOptions.PathArgument(
            "STAGE",
            "A staging directory that build --keep-stage has left."
        );
        Option<string> recipe = CommandOptions.Path(
            "--recipe",
            "PATH",
            "The recipe, a peipkg.toml or the directory that holds it.",
            required: true
        );
        Option<string> output = CommandOptions.NamedPath(
            "--out",
            "DIR",
            "Where the packages go; made if it is missing.",
            required: true
        );
        Option<string> key = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The Ed25519 private key that signs; without one the packages are unsigned."
        );
        PolicyOptions policy = new();
        Command command = new(
            "repackage",
            "Divide, check and pack again what a build has staged, without running its script."
        )
        {
            stage,
            recipe,
            output,
            key,
        };
        policy.AddTo(command);
        command.SetAction(result =>
            RepackageOperation.Run(
                new RepackageRequest(
                    result.GetRequiredValue(stage),
                    RecipePath.Of(result.GetRequiredValue(recipe)),
                    result.GetRequiredValue(output),
                    result.GetValue(key),
                    policy.Read(result)
                ),
                context
            )
        );
        return command;
    }
}
