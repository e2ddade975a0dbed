using System.CommandLine;
using Peipkg.Build.Building;
using Peipkg.Build.Reproducing;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Commands;

/// <summary><c>reproduce</c>: whether packages come out the same when they are built again.</summary>
internal static class ReproduceCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<string>> packages = CommandOptions.PathArguments(
            "PACKAGE",
            "Packages of one build; version, time, farm and source reference are taken from them."
        );
        Option<string> recipe = CommandOptions.Path(
            "--recipe",
            "PATH",
            "The recipe, a peipkg.toml or the directory that holds it.",
            required: true
        );
        Option<string> source = CommandOptions.Path(
            "--source",
            "DIR",
            "The source tree that the packages were built from.",
            required: true
        );
        Option<string> key = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The private key that signed them; without it what the signatures cover is compared."
        );
        Option<IReadOnlyList<BuildVariable>> variables = CommandOptions.Many<BuildVariable>(
            "--build-env",
            "NAME=VALUE",
            "One more variable of the build script's environment.",
            BuildVariable.TryParse
        );
        Option<Edition> edition = CommandOptions.Edition(
            $"The edition of the format, if the recipe does not name one; {Edition.Default} otherwise."
        );
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("reproduce", "Build packages again and say whether they are the same, or what differs.")
        {
            packages,
            recipe,
            source,
            key,
            variables,
            edition,
            json,
        };
        SandboxOptions sandbox = new(command);
        command.SetAction(result =>
            ReproduceOperation.Run(
                new ReproduceRequest(
                    result.GetRequiredValue(packages),
                    RecipePath.Of(result.GetRequiredValue(recipe)),
                    result.GetRequiredValue(source),
                    result.GetValue(key),
                    BuildVariable.RequireDistinct(result.GetRequiredValue(variables)),
                    sandbox.Sandbox(result),
                    sandbox.Limits(result),
                    result.GetValue(edition),
                    result.GetValue(json)
                ),
                context
            )
        );
        return command;
    }
}
