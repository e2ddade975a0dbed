using System.CommandLine;
using Peipkg.Build.Inspecting;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Commands;

/// <summary><c>verify</c>: whether packages keep every rule.</summary>
internal static class VerifyCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<string>> files = CommandOptions.PathArguments(
            "FILE",
            "Packages; all are checked and reported."
        );
        Option<IReadOnlyList<string>> keys = CommandOptions.Paths(
            "--key",
            "FILE",
            "A trusted Ed25519 public key; with one, other signers and unsigned packages are refused."
        );
        Option<Edition> edition = CommandOptions.Edition(
            "The edition whose rules hold; otherwise one of them suffices, and those that a package satisfies are named."
        );
        Command command = new("verify", "Check packages against every rule of the format, and their signatures.")
        {
            files,
            keys,
            edition,
        };
        command.SetAction(result =>
            VerifyOperation.Run(
                result.GetRequiredValue(files),
                result.GetRequiredValue(keys),
                result.GetValue(edition),
                context
            )
        );
        return command;
    }
}
