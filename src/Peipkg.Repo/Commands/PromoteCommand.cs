using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Promoting;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Verifying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo promote</c>.</summary>
internal static class PromoteCommand
{
    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Argument<IReadOnlyList<PackageQuery>> packages = CommandOptions.ParsedArguments<PackageQuery>(
            "NAME[=VERSION]",
            "The packages; without a version, the advertised ones.",
            PackageQuery.TryParse
        );
        Option<RepositoryLocation> from = CommandOptions.Parsed<RepositoryLocation>(
            "--from",
            "DIR|URL",
            "The repository that has them.",
            RepositoryLocation.TryParse,
            required: true
        );
        Option<string> to = CommandOptions.Path("--to", "DIR", "The repository that gets them.", required: true);
        Option<IReadOnlyList<Fingerprint>> trust = RemoteOptions.Trust("Required when --from or --upstream is a URL.");
        Option<IReadOnlyList<RepositoryLocation>> upstream = RemoteOptions.Upstream();
        Option<string> signKey = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The active key of --to that signs. With its public half alone, the change waits for signatures.",
            required: true
        );
        Option<Timestamp> timestamp = CommandOptions.Parsed<Timestamp>(
            "--timestamp",
            "TIME",
            "The time of the new indexes, never earlier than the last.",
            Timestamp.TryParse,
            required: true
        );
        Option<bool> allowSpecial = CommandOptions.Flag(
            "--allow-special-system",
            "Accept special system packages that install outside the layout."
        );
        Option<bool> allowHeaders = CommandOptions.Flag(
            "--allow-reference-headers",
            "Accept archive headers as other packers write them."
        );
        Option<TimeSpan?> timeout = RemoteOptions.Timeout();
        Option<bool> dryRun = CommandOptions.Flag("--dry-run", "Only say what would change.");
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("promote", "Publish packages of one repository in another, with all that they need.")
        {
            packages,
            from,
            to,
            trust,
            upstream,
            signKey,
            timestamp,
            allowSpecial,
            allowHeaders,
            timeout,
            dryRun,
            json,
        };
        RebuildOptions rebuilds = new(command);
        command.SetAction(result =>
        {
            PromoteRequest request = new()
            {
                From = result.GetRequiredValue(from),
                Anchors = result.GetValue(trust) ?? [],
                To = result.GetRequiredValue(to),
                Packages = result.GetRequiredValue(packages),
                SignKey = result.GetRequiredValue(signKey),
                At = result.GetRequiredValue(timestamp),
                AllowSpecialSystem = result.GetValue(allowSpecial),
                AllowReferenceHeaders = result.GetValue(allowHeaders),
                Rebuilds = rebuilds.Read(result),
                DryRun = result.GetValue(dryRun),
                Json = result.GetValue(json),
            };
            if (request.From.Address is not null && request.Anchors.Count == 0)
            {
                throw new UserErrorException(
                    "--from with a URL needs --trust FINGERPRINT: whoever answers at the address can have signed anything with a key of "
                        + "their own"
                );
            }

            return TimeLimit.Run(
                result.GetValue(timeout),
                limited =>
                    PromoteOperation.Run(
                        request with
                        {
                            Below = RepositoriesBelow.Read(
                                result.GetValue(upstream) ?? [],
                                request.Anchors,
                                context,
                                limited
                            ),
                        },
                        context,
                        limited
                    ),
                stop
            );
        });
        return command;
    }
}
