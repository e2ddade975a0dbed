using System.CommandLine;
using Peipkg.Build.Extracting;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Commands;

/// <summary><c>extract</c>: a package's files on the disk.</summary>
internal static class ExtractCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<string> file = CommandOptions.PathArgument(
            "FILE",
            "The package; it is verified before anything is written."
        );
        Option<string> target = CommandOptions.NamedPath(
            "--to",
            "DIR",
            "Where its files go: absent or empty.",
            required: true
        );
        Option<IReadOnlyList<string>> keys = CommandOptions.Paths(
            "--key",
            "FILE",
            "A trusted Ed25519 public key; with one, other signers and unsigned packages are refused."
        );
        Option<Edition> edition = CommandOptions.Edition(
            "The edition whose rules it must keep; without it any one will do."
        );
        Command command = new("extract", "Write a verified package's files into an empty directory.")
        {
            file,
            target,
            keys,
            edition,
        };
        command.SetAction(result =>
            ExtractOperation.Run(
                result.GetRequiredValue(file),
                result.GetRequiredValue(target),
                result.GetRequiredValue(keys),
                result.GetValue(edition),
                context
            )
        );
        return command;
    }
}
