using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Verifying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo verify</c>.</summary>
internal static class VerifyRepositoryCommand
{
    private const string Metadata = "metadata";
    private const string Hashes = "hashes";
    private const string Both = "both";

    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository, when it is a directory.");
        Option<RepositoryAddress> url = CommandOptions.Parsed<RepositoryAddress>(
            "--url",
            "BASE",
            "The repository's http or https address, to verify what consumers get.",
            RepositoryAddress.TryParse
        );
        Option<IReadOnlyList<Fingerprint>> trust = RemoteOptions.Trust("Required with --url.");
        Option<ulong> minimum = CommandOptions.Parsed<ulong>(
            "--min-index-version",
            "N",
            "The index_version seen before; a lower one is a failure.",
            TryParseVersion
        );
        Option<string> mode = CommandOptions.Choice(
            "--mode",
            "What to check: the signed documents, the packages' hashes, or both with each package whole.",
            Both,
            Metadata,
            Hashes,
            Both
        );
        Option<string> allPackages = CommandOptions.Path(
            "--all-packages-dir",
            "DIR",
            "Where to look for packages before the repository."
        );
        Option<bool> allowUnsigned = CommandOptions.Flag(
            "--allow-unsigned",
            "Only warn when a document has no signature."
        );
        Option<TimeSpan?> timeout = RemoteOptions.Timeout();
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("verify", "Check everything that consumers and auditors check; changes nothing.")
        {
            repo,
            url,
            trust,
            minimum,
            mode,
            allPackages,
            allowUnsigned,
            timeout,
            json,
        };
        command.SetAction(result =>
        {
            string chosen = result.GetRequiredValue(mode);
            VerificationRequest request = new()
            {
                Repo = result.GetValue(repo),
                Address = result.GetValue(url),
                Anchors = result.GetValue(trust) ?? [],
                MinIndexVersion = result.GetValue(minimum),
                Metadata = chosen != Hashes,
                Packages = chosen switch
                {
                    Metadata => PackageDepth.None,
                    Hashes => PackageDepth.Bytes,
                    _ => PackageDepth.Whole,
                },
                AllPackages = result.GetValue(allPackages),
                AllowUnsigned = result.GetValue(allowUnsigned),
                Json = result.GetValue(json),
            };
            RefuseContradictions(request);
            return TimeLimit.Run(
                result.GetValue(timeout),
                limited => RepositoryVerification.Run(request, context, limited),
                stop
            );
        });
        return command;
    }

    private static void RefuseContradictions(VerificationRequest request)
    {
        if (request.Repo is null == request.Address is null)
        {
            throw new UserErrorException(
                request.Repo is null
                    ? "missing required option --repo DIR (or --url BASE)"
                    : "--repo and --url name two repositories; verify one at a time"
            );
        }

        if (request.Address is not null && request.Anchors.Count == 0)
        {
            throw new UserErrorException(
                "--url needs --trust FINGERPRINT: whoever answers at the address can have signed anything with a key of their own"
            );
        }

        if (request.Address is not null && request.AllPackages is not null)
        {
            throw new UserErrorException("--all-packages-dir goes with --repo; with --url the packages are fetched");
        }
    }

    private static bool TryParseVersion(string? text, out ulong value, [NotNullWhen(false)] out string? error)
    {
        error = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            ? null
            : $"\"{text}\" is no index_version, which is a whole number";
        return error is null;
    }
}
