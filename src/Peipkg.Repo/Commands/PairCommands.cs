using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.Repo.Querying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo vercmp</c> and <c>match</c>.</summary>
internal static class PairCommands
{
    internal static Command CreateCompare(OperationContext context) =>
        Create(
            "vercmp",
            "Compare two versions: -1, 0 or 1.",
            ("A", "A version; - alone reads tab-separated pairs from standard input."),
            ("B", "The other version."),
            PairOperation.Compare,
            context
        );

    internal static Command CreateMatch(OperationContext context) =>
        Create(
            "match",
            "Say whether a version satisfies a constraint: true or false.",
            ("VERSION", "A version; - alone reads tab-separated pairs from standard input."),
            ("CONSTRAINT", "A constraint, such as \">= 1.2, < 2\"."),
            PairOperation.Match,
            context
        );

    private static Command Create(
        string name,
        string description,
        (string Name, string Description) first,
        (string Name, string Description) second,
        PairOperation.Question question,
        OperationContext context
    )
    {
        Argument<string> one = CommandOptions.Argument(first.Name, first.Description);
        Argument<string?> other = new(second.Name)
        {
            Description = second.Description,
            Arity = ArgumentArity.ZeroOrOne,
        };
        Command command = new(name, description) { one, other };
        command.SetAction(result =>
            PairOperation.Run(result.GetRequiredValue(one), result.GetValue(other), question, context)
        );
        return command;
    }
}
