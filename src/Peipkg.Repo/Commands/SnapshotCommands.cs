using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Repo.Snapshots;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo snapshot</c> and <c>rollback</c>.</summary>
internal static class SnapshotCommands
{
    private const string TakeOne = "create";
    private const string ListAll = "list";
    private const string Compare = "diff";
    private const string DeleteOne = "delete";

    internal static Command CreateSnapshot(OperationContext context, CancellationToken stop)
    {
        Argument<string> action = CommandOptions.ChoiceArgument(
            "ACTION",
            "create, list, diff (with the repository as it is) or delete.",
            TakeOne,
            ListAll,
            Compare,
            DeleteOne
        );
        Argument<string?> name = new("NAME")
        {
            Description = "The snapshot; not for list.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<bool> dryRun = CommandOptions.Flag("--dry-run", "Only say what would change.");
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("snapshot", "Keep named states of a repository, which rollback goes back to.")
        {
            action,
            name,
            repo,
            dryRun,
            json,
        };
        command.SetAction(result =>
        {
            string chosen = result.GetRequiredValue(action);
            SnapshotRequest request = new(
                result.GetRequiredValue(repo),
                NameOf(chosen, result.GetValue(name)),
                result.GetValue(dryRun),
                result.GetValue(json)
            );
            return chosen switch
            {
                TakeOne => SnapshotOperation.Create(request, context, stop),
                Compare => SnapshotOperation.Diff(request, context, stop),
                DeleteOne => SnapshotOperation.Delete(request, context),
                _ => SnapshotOperation.List(request, context),
            };
        });
        return command;
    }

    internal static Command CreateRollback(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<string> to = CommandOptions.Parsed<string>(
            "--to",
            "SNAPSHOT",
            "The snapshot to go back to.",
            SnapshotStore.TryParseName,
            required: true
        );
        Option<string> signKey = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The active key that signs. With its public half alone, the change waits for signatures.",
            required: true
        );
        Option<Timestamp> timestamp = CommandOptions.Parsed<Timestamp>(
            "--timestamp",
            "TIME",
            "The time of the new indexes, never earlier than the last.",
            Timestamp.TryParse,
            required: true
        );
        Option<bool> dryRun = CommandOptions.Flag("--dry-run", "Only say what would change.");
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("rollback", "Offer what a snapshot offered, in a new generation.")
        {
            repo,
            to,
            signKey,
            timestamp,
            dryRun,
            json,
        };
        command.SetAction(result =>
            RollbackOperation.Run(
                new RollbackRequest
                {
                    Repo = result.GetRequiredValue(repo),
                    To = result.GetRequiredValue(to),
                    SignKey = result.GetRequiredValue(signKey),
                    At = result.GetRequiredValue(timestamp),
                    DryRun = result.GetValue(dryRun),
                    Json = result.GetValue(json),
                },
                context,
                stop
            )
        );
        return command;
    }

    private static string? NameOf(string action, string? name)
    {
        string? error = null;
        bool wrong =
            action == ListAll ? name is not null : name is null || !SnapshotStore.TryParseName(name, out _, out error);
        return wrong
            ? throw new UserErrorException(
                error
                    ?? (
                        name is null
                            ? $"\"snapshot {action}\" needs the NAME of a snapshot"
                            : "\"snapshot list\" takes no NAME"
                    )
            )
            : name;
    }
}
