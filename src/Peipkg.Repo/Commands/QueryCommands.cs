using System.CommandLine;
using Peipkg.CommandLine;
using Peipkg.Format.Identity;
using Peipkg.Repo.Operations;
using Peipkg.Repo.Querying;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo list</c>, <c>show</c>, <c>history</c> and <c>diff</c>: looking, never touching.</summary>
internal static class QueryCommands
{
    internal static Command CreateList(OperationContext context)
    {
        (Option<string> repo, Option<bool> json) = Common();
        Option<bool> all = CommandOptions.Flag("--all", "Every version of the archive, not only the advertised ones.");
        Command command = new("list", "List what a repository holds.") { repo, all, json };
        command.SetAction(result => ListOperation.Run(
            result.GetRequiredValue(repo), result.GetValue(all), result.GetValue(json), context));
        return command;
    }

    internal static Command CreateShow(OperationContext context)
    {
        (Option<string> repo, Option<bool> json) = Common();
        Argument<PackageQuery> query = CommandOptions.ParsedArgument<PackageQuery>(
            "NAME[=VERSION]", "The package; without a version, the advertised one.", PackageQuery.TryParse);
        Command command = new("show", "Show all that a repository says of a package.") { query, repo, json };
        command.SetAction(result => ShowOperation.Run(
            result.GetRequiredValue(repo), result.GetRequiredValue(query), result.GetValue(json), context));
        return command;
    }

    internal static Command CreateHistory(OperationContext context)
    {
        (Option<string> repo, Option<bool> json) = Common();
        Argument<PackageName> name =
            CommandOptions.ParsedArgument<PackageName>("NAME", "The package.", PackageName.TryParse);
        Command command = new("history", "Show the versions of a package and what each changed.") { name, repo, json };
        command.SetAction(result => HistoryOperation.Run(
            result.GetRequiredValue(repo), result.GetRequiredValue(name), result.GetValue(json), context));
        return command;
    }

    internal static Command CreateDiff(OperationContext context)
    {
        Argument<string> old = CommandOptions.Argument("OLD", "The repository as it was.");
        Argument<string> current = CommandOptions.Argument("NEW", "The repository as it is.");
        Option<bool> json = Json();
        Command command = new("diff", "Tell two states of a repository apart.") { old, current, json };
        command.SetAction(result => DiffOperation.Run(
            result.GetRequiredValue(old), result.GetRequiredValue(current), result.GetValue(json), context));
        return command;
    }

    private static (Option<string> Repo, Option<bool> Json) Common()
        => (CommandOptions.Path("--repo", "DIR", "The repository.", required: true), Json());

    private static Option<bool> Json() => CommandOptions.Flag("--json", "Report in JSON.");
}
