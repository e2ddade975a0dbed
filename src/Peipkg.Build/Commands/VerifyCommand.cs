using System.CommandLine;
using Peipkg.Build.Inspecting;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;

namespace Peipkg.Build.Commands;

/// <summary><c>verify</c>: whether packages keep every rule.</summary>
internal static class VerifyCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<string>> files = CommandOptions.Arguments(
            "FILE",
            "Packages; all are checked and reported."
        );
        Option<IReadOnlyList<string>> keys = CommandOptions.Paths(
            "--key",
            "FILE",
            "A trusted Ed25519 public key; with one, other signers and unsigned packages are refused."
        );
        Command command = new("verify", "Check packages against every rule of the format, and their signatures.")
        {
            files,
            keys,
        };
        command.SetAction(result =>
            VerifyOperation.Run(result.GetRequiredValue(files), result.GetRequiredValue(keys), context)
        );
        return command;
    }
}
