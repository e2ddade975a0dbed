using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Remote;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo list</c>, <c>show</c>, <c>history</c> and <c>diff</c>: looking, never touching.</summary>
internal static class QueryCommands
{
    internal static Command CreateList(OperationContext context)
    {
        (Option<string> repo, Option<bool> json) = Common();
        Option<bool> all = CommandOptions.Flag("--all", "Every version of the archive, not only the advertised ones.");
        Command command = new("list", "List what a repository holds.") { repo, all, json };
        command.SetAction(result =>
            ListOperation.Run(result.GetRequiredValue(repo), result.GetValue(all), result.GetValue(json), context)
        );
        return command;
    }

    internal static Command CreateShow(OperationContext context)
    {
        (Option<string> repo, Option<bool> json) = Common();
        Argument<PackageQuery> query = CommandOptions.ParsedArgument<PackageQuery>(
            "NAME[=VERSION]",
            "The package; without a version, the advertised one.",
            PackageQuery.TryParse
        );
        Option<bool> provenance = CommandOptions.Flag(
            "--provenance",
            "Also show the attestation of how the package was built."
        );
        Command command = new("show", "Show all that a repository says of a package.")
        {
            query,
            repo,
            provenance,
            json,
        };
        command.SetAction(result =>
            ShowOperation.Run(
                result.GetRequiredValue(repo),
                result.GetRequiredValue(query),
                result.GetValue(provenance),
                result.GetValue(json),
                context
            )
        );
        return command;
    }

    internal static Command CreateHistory(OperationContext context)
    {
        (Option<string> repo, Option<bool> json) = Common();
        Argument<PackageName> name = CommandOptions.ParsedArgument<PackageName>(
            "NAME",
            "The package.",
            PackageName.TryParse
        );
        Command command = new("history", "Show the versions of a package and what each changed.") { name, repo, json };
        command.SetAction(result =>
            HistoryOperation.Run(
                result.GetRequiredValue(repo),
                result.GetRequiredValue(name),
                result.GetValue(json),
                context
            )
        );
        return command;
    }

    internal static Command CreateDiff(OperationContext context, CancellationToken stop)
    {
        Argument<RepositoryLocation> old = CommandOptions.ParsedArgument<RepositoryLocation>(
            "OLD",
            "The repository as it was: a directory, or an http or https address.",
            RepositoryLocation.TryParse
        );
        Argument<RepositoryLocation> current = CommandOptions.ParsedArgument<RepositoryLocation>(
            "NEW",
            "The repository as it is: a directory, or an http or https address.",
            RepositoryLocation.TryParse
        );
        Option<IReadOnlyList<Fingerprint>> trust = RemoteOptions.Trust("Holds for both states.");
        Option<TimeSpan?> timeout = RemoteOptions.Timeout();
        Option<bool> json = Json();
        Command command = new("diff", "Show how two states of a repository differ.")
        {
            old,
            current,
            trust,
            timeout,
            json,
        };
        command.SetAction(result =>
            TimeLimit.Run(
                result.GetValue(timeout),
                limited =>
                    DiffOperation.Run(
                        result.GetRequiredValue(old),
                        result.GetRequiredValue(current),
                        result.GetValue(trust) ?? [],
                        result.GetValue(json),
                        context,
                        limited
                    ),
                stop
            )
        );
        return command;
    }

    private static (Option<string> Repo, Option<bool> Json) Common() =>
        (CommandOptions.Path("--repo", "DIR", "The repository.", required: true), Json());

    private static Option<bool> Json() => CommandOptions.Flag("--json", "Report in JSON.");
}
