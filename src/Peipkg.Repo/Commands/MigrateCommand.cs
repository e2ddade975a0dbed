using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo migrate-edition</c>.</summary>
internal static class MigrateCommand
{
    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<Edition> edition = CommandOptions.Edition("The edition to move to.");
        edition.Required = true;
        Option<string> signKey = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The active key that signs. With its public half alone, the change waits for signatures.",
            required: true
        );
        Option<string> descriptorKey = CommandOptions.Path(
            "--descriptor-key",
            "FILE",
            "Another key to sign repo.json with, one that consumers know."
        );
        Option<Timestamp> timestamp = CommandOptions.Parsed<Timestamp>(
            "--timestamp",
            "TIME",
            "The time of the new generation, never earlier than the last.",
            Timestamp.TryParse,
            required: true
        );
        Option<string> allPackages = CommandOptions.Path(
            "--all-packages-dir",
            "DIR",
            "Where to look for packages before the repository."
        );
        Option<bool> allowSpecial = CommandOptions.Flag(
            "--allow-special-system",
            "Accept special system packages that install outside the layout."
        );
        Option<bool> allowHeaders = CommandOptions.Flag(
            "--allow-reference-headers",
            "Accept archive headers as other packers write them."
        );
        Option<bool> dryRun = CommandOptions.Flag("--dry-run", "Only judge the packages.");
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("migrate-edition", "Move a repository to another edition, if every package conforms.")
        {
            repo,
            edition,
            signKey,
            descriptorKey,
            timestamp,
            allPackages,
            allowSpecial,
            allowHeaders,
            dryRun,
            json,
        };
        command.SetAction(result =>
            MigrateOperation.Run(
                new MigrateRequest
                {
                    Repo = result.GetRequiredValue(repo),
                    Edition = result.GetRequiredValue(edition),
                    SignKey = result.GetRequiredValue(signKey),
                    DescriptorKey = result.GetValue(descriptorKey),
                    At = result.GetRequiredValue(timestamp),
                    AllPackages = result.GetValue(allPackages),
                    AllowSpecialSystem = result.GetValue(allowSpecial),
                    AllowReferenceHeaders = result.GetValue(allowHeaders),
                    DryRun = result.GetValue(dryRun),
                    Json = result.GetValue(json),
                },
                context,
                stop
            )
        );
        return command;
    }
}
