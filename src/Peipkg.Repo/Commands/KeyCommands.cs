using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.Repo.KeyLife;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo keygen</c> and <c>fingerprint</c>.</summary>
internal static class KeyCommands
{
    internal static Command CreateKeygen(OperationContext context)
    {
        Option<string> output = CommandOptions.NamedPath(
            "--out",
            "FILE",
            "The private key's file; it must not exist.",
            required: true
        );
        Option<string> publicHalf = CommandOptions.NamedPath(
            "--public",
            "FILE",
            "Where to write the public half as well."
        );
        Command command = new("keygen", "Make an Ed25519 key and print its fingerprint.") { output, publicHalf };
        command.SetAction(result =>
            KeyFileOperations.Generate(result.GetRequiredValue(output), result.GetValue(publicHalf), context)
        );
        return command;
    }

    internal static Command CreateFingerprint(OperationContext context)
    {
        Argument<string> file = CommandOptions.PathArgument(
            "FILE",
            "A private or public key; 32 raw bytes are public when named *.pub."
        );
        Option<bool> plain = CommandOptions.Flag("--plain", "Print 64 digits without blanks, as documents carry them.");
        Command command = new("fingerprint", "Print the fingerprint of a key.") { file, plain };
        command.SetAction(result =>
            KeyFileOperations.PrintFingerprint(result.GetRequiredValue(file), result.GetValue(plain), context)
        );
        return command;
    }
}
