using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Repo.KeyLife;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary>The commands for private keys that never touch the repository's machine.</summary>
internal static class DetachedCommands
{
    internal static Command CreateExport(OperationContext context)
    {
        Option<string> repo = CommandOptions.Path(
            "--repo",
            "DIR",
            "The repository in which a generation waits.",
            required: true
        );
        Option<string> output = CommandOptions.Path(
            "--out",
            "FILE",
            "The request to carry to the key; - is standard output.",
            required: true
        );
        Command command = new("export-signing-request", "Write what a key on another machine has to sign.")
        {
            repo,
            output,
        };
        command.SetAction(result =>
            DetachedSigning.Export(result.GetRequiredValue(repo), result.GetRequiredValue(output), context)
        );
        return command;
    }

    internal static Command CreateSign(OperationContext context)
    {
        Option<bool> detached = CommandOptions.Flag(
            "--detached",
            "Sign without the repository, as this command always does."
        );
        Option<string> request = CommandOptions.Path(
            "--request",
            "FILE",
            "What export-signing-request wrote.",
            required: true
        );
        Option<string> key = CommandOptions.Path("--sign-key", "FILE", "The Ed25519 private key.", required: true);
        Option<string> output = CommandOptions.Path(
            "--out",
            "FILE",
            "The signatures to carry back; - is standard output."
        );
        Option<bool> dryRun = CommandOptions.Flag("--dry-run", "Only show what would be signed.");
        Command command = new("sign", "Show a signing request and sign it, on the machine that holds the key.")
        {
            detached,
            request,
            key,
            output,
            dryRun,
        };
        command.SetAction(result =>
        {
            string? file = result.GetValue(output);
            return file is null && !result.GetValue(dryRun)
                ? throw new UserErrorException("missing required option --out FILE (or --dry-run)")
                : DetachedSigning.Sign(
                    result.GetRequiredValue(request),
                    result.GetRequiredValue(key),
                    result.GetValue(dryRun) ? null : file,
                    context
                );
        });
        return command;
    }

    internal static Command CreateImport(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path(
            "--repo",
            "DIR",
            "The repository in which the generation waits.",
            required: true
        );
        Option<IReadOnlyList<string>> files = CommandOptions.Paths(
            "--signatures",
            "FILE",
            "What sign --detached wrote; once for each key."
        );
        Command command = new("import-signatures", "Publish a generation that waited for its signatures.")
        {
            repo,
            files,
        };
        command.SetAction(result =>
            SignatureImport.Run(
                result.GetRequiredValue(repo),
                result.GetValue(files) is { Count: > 0 } given
                    ? given
                    : throw new UserErrorException("missing required option --signatures FILE"),
                context,
                stop
            )
        );
        return command;
    }
}
