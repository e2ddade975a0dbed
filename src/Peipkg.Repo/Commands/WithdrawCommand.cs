using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo withdraw</c>.</summary>
internal static class WithdrawCommand
{
    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Argument<PackageQuery> package = CommandOptions.ParsedArgument<PackageQuery>(
            "NAME=VERSION",
            "The package, for all its architectures.",
            PackageQuery.TryParse
        );
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<string> reason = CommandOptions.Text("--reason", "TEXT", "Why, one line for people.");
        Option<string> advisory = CommandOptions.Text("--advisory", "ID", "The name of an advisory about it.");
        Option<bool> undo = CommandOptions.Flag("--undo", "Offer a withdrawn package again.");
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
        Command command = new("withdraw", "Stop offering a bad package; the archive keeps it.")
        {
            package,
            repo,
            reason,
            advisory,
            undo,
            signKey,
            timestamp,
            dryRun,
            json,
        };
        command.SetAction(result =>
        {
            string? why = result.GetValue(reason);
            string? about = result.GetValue(advisory);
            RefuseContradictions(result.GetValue(undo), why, about);
            return WithdrawOperation.Run(
                new WithdrawRequest
                {
                    Repo = result.GetRequiredValue(repo),
                    Package = result.GetRequiredValue(package),
                    Reason = why,
                    Advisory = about,
                    SignKey = result.GetRequiredValue(signKey),
                    At = result.GetRequiredValue(timestamp),
                    DryRun = result.GetValue(dryRun),
                    Json = result.GetValue(json),
                },
                context,
                stop
            );
        });
        return command;
    }

    private static void RefuseContradictions(bool undo, string? reason, string? advisory)
    {
        if (undo && (reason ?? advisory) is not null)
        {
            throw new UserErrorException("--undo takes back a withdrawal; it needs no --reason and no --advisory");
        }

        if (!undo && reason is null)
        {
            throw new UserErrorException("missing required option --reason TEXT (or --undo)");
        }

        InitOperation.RefuseBadText("--reason", reason ?? "x", mayBeEmpty: false);
        InitOperation.RefuseBadText("--advisory", advisory ?? "x", mayBeEmpty: false);
    }
}
