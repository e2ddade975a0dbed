using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Auditing;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Verifying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo audit</c>.</summary>
internal static class AuditCommand
{
    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<IReadOnlyList<RepositoryLocation>> upstream = RemoteOptions.Upstream();
        Option<IReadOnlyList<Fingerprint>> trust = RemoteOptions.Trust("Required when --upstream is a URL.");
        Option<TimeSpan?> timeout = RemoteOptions.Timeout();
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("audit", "Check whether the advertised packages fit together; changes nothing.")
        {
            repo,
            upstream,
            trust,
            timeout,
            json,
        };
        command.SetAction(result =>
            TimeLimit.Run(
                result.GetValue(timeout),
                limited =>
                    AuditOperation.Run(
                        result.GetRequiredValue(repo),
                        RepositoriesBelow.Read(
                            result.GetValue(upstream) ?? [],
                            result.GetValue(trust) ?? [],
                            context,
                            limited
                        ),
                        result.GetValue(json),
                        context,
                        limited
                    ),
                stop
            )
        );
        return command;
    }
}
