using System.CommandLine;
using Peipkg.Build.Signing;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;

namespace Peipkg.Build.Commands;

/// <summary><c>sign</c>: unsigned packages become signed ones, after they were verified.</summary>
internal static class SignCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<string>> files = CommandOptions.PathArguments(
            "FILE",
            "Unsigned packages; all are signed, or none."
        );
        Option<string> key = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The Ed25519 private key that signs.",
            required: true
        );
        Option<string> output = CommandOptions.NamedPath(
            "--out",
            "DIR",
            "Where the signed packages go; made if it is missing.",
            required: true
        );
        Option<bool> skip = CommandOptions.Flag(
            "--skip-layout-checks",
            "Do not check destinations and side effects; everything else is checked all the same."
        );
        AttestOptions attest = new();
        Command command = new("sign", "Verify unsigned packages and sign them, as if they had been built with the key.")
        {
            files,
            key,
            output,
            skip,
        };
        attest.AddTo(command);
        command.SetAction(result =>
            SignOperation.Run(
                new SignRequest(
                    result.GetRequiredValue(files),
                    result.GetRequiredValue(output),
                    result.GetRequiredValue(key),
                    result.GetValue(skip)
                )
                {
                    Attested = attest.Read(result),
                },
                context
            )
        );
        return command;
    }
}
