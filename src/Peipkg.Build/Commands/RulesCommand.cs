using System.CommandLine;
using Peipkg.Build.Rules;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;

namespace Peipkg.Build.Commands;

/// <summary><c>rules</c>: what the rules mean.</summary>
internal static class RulesCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<string>> names = CommandOptions.Arguments(
            "RULE",
            "The rules to explain; all of them when none is named."
        );
        names.Arity = ArgumentArity.ZeroOrMore;
        names.DefaultValueFactory = _ => [];
        Command command = new("rules", "Explain the rules that check, build and pack report.") { names };
        command.SetAction(result =>
        {
            IReadOnlyList<string> wanted = result.GetRequiredValue(names);
            context.Output.Write(wanted.Count == 0 ? RuleDocument.Write() : RuleDocument.Write(wanted.Select(Require)));
            return ExitCode.Success;
        });
        return command;
    }

    private static Rule Require(string name) =>
        RuleTable.Find(name)
        ?? throw new UsageErrorException(
            $"there is no rule \"{name}\"{NearestName.Suggestion(name, RuleTable.All.Select(rule => rule.Id))}"
        );
}
