using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.Repo.Auditing;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo audit</c>.</summary>
internal static class AuditCommand
{
    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("audit", "Judge the advertised packages as a whole; changes nothing.") { repo, json };
        command.SetAction(result =>
            AuditOperation.Run(result.GetRequiredValue(repo), result.GetValue(json), context, stop)
        );
        return command;
    }
}
