using System.CommandLine;
using Peipkg.CommandLine;
using Peipkg.Repo.Operations;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo verify</c>.</summary>
internal static class VerifyCommand
{
    private const string Metadata = "metadata";
    private const string Hashes = "hashes";
    private const string Both = "both";

    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<string> mode = CommandOptions.Choice(
            "--mode", "Check the signed documents, the packages' hashes, or both.", Both, Metadata, Hashes, Both);
        Option<string> allPackages = CommandOptions.Path(
            "--all-packages-dir", "DIR", "Where the packages lie, when not in the repository.");
        Option<bool> allowUnsigned = CommandOptions.Flag(
            "--allow-unsigned", "Only warn when a document has no signature.");
        Command command = new("verify", "Check a repository's integrity; changes nothing.")
        {
            repo, mode, allPackages, allowUnsigned,
        };
        command.SetAction(result =>
        {
            string chosen = result.GetRequiredValue(mode);
            return VerifyOperation.Run(
                new VerifyRequest(
                    result.GetRequiredValue(repo),
                    Metadata: chosen != Hashes,
                    Hashes: chosen != Metadata,
                    result.GetValue(allPackages),
                    result.GetValue(allowUnsigned)),
                context,
                stop);
        });
        return command;
    }
}
