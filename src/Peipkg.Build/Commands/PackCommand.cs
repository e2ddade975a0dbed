using System.CommandLine;
using Peipkg.Build.Packing;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Commands;

/// <summary><c>pack</c>: a finished manifest and a staged tree become one package.</summary>
internal static class PackCommand
{
    internal static Command Create(ToolContext context)
    {
        Option<string> manifest = CommandOptions.Path(
            "--manifest",
            "FILE",
            "The complete manifest.json; its size_installed is computed anew.",
            required: true
        );
        Option<string> staged = CommandOptions.Path("--staged", "DIR", "The tree to pack, all of it.", required: true);
        Option<string> output = CommandOptions.Path(
            "--out",
            "FILE",
            "The package to write; - is standard output.",
            required: true
        );
        Option<string> key = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The Ed25519 private key that signs; without one the package is unsigned."
        );
        Option<bool> skip = CommandOptions.Flag(
            "--skip-layout-checks",
            "Do not check destinations and side effects; unsafe paths are refused all the same."
        );
        Option<Edition> edition = CommandOptions.Edition(
            $"The edition whose package is made; {Edition.Default} otherwise."
        );
        PolicyOptions policy = new();
        Command command = new("pack", "Make one package of a manifest and a staged tree, without a recipe.")
        {
            manifest,
            staged,
            output,
            key,
            skip,
            edition,
        };
        policy.AddTo(command);
        command.SetAction(result =>
            PackOperation.Run(
                new PackRequest(
                    result.GetRequiredValue(manifest),
                    result.GetRequiredValue(staged),
                    result.GetRequiredValue(output),
                    result.GetValue(key),
                    result.GetValue(skip),
                    result.GetValue(edition) ?? Edition.Default,
                    policy.Read(result)
                ),
                context
            )
        );
        return command;
    }
}
