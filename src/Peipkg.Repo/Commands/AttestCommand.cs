using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Verifying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo attest</c>.</summary>
internal static class AttestCommand
{
    private const string Verify = "verify";

    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Argument<string> action = CommandOptions.ChoiceArgument("ACTION", "What to do: verify.", Verify);
        Argument<IReadOnlyList<RepositoryLocation>> places = CommandOptions.ParsedArguments<RepositoryLocation>(
            "DIR|URL|FILE",
            "Repositories, by directory or address, and packages.",
            RepositoryLocation.TryParse
        );
        Option<IReadOnlyList<Fingerprint>> trust = RemoteOptions.Trust(
            "Without it any key that repo.json lists will do."
        );
        Option<IReadOnlyList<string>> keys = CommandOptions.Paths(
            "--key",
            "FILE",
            "For package files: a public key that may have signed."
        );
        Option<IReadOnlyList<string>> packages = CommandOptions.Many<string>(
            "--package",
            "GLOB",
            "Verify only packages of these names; * and ? match.",
            CommandOptions.NotEmpty
        );
        Option<bool> require = CommandOptions.Flag("--require", "Fail when a package has no attestation.");
        Option<TimeSpan?> timeout = RemoteOptions.Timeout();
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("attest", "Verify the attestations of how packages were built.")
        {
            action,
            places,
            trust,
            keys,
            packages,
            require,
            timeout,
            json,
        };
        RebuildOptions rebuilds = new(command);
        command.SetAction(result =>
            TimeLimit.Run(
                result.GetValue(timeout),
                limited =>
                    AttestOperation.Verify(
                        new AttestRequest(
                            result.GetRequiredValue(places),
                            result.GetRequiredValue(trust),
                            result.GetRequiredValue(keys),
                            result.GetRequiredValue(packages),
                            result.GetValue(require),
                            rebuilds.Read(result),
                            result.GetValue(json)
                        ),
                        context,
                        limited
                    ),
                stop
            )
        );
        return command;
    }
}
