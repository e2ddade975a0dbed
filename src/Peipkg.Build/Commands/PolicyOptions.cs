using System.CommandLine;
using Peipkg.Build.Rules;
using Peipkg.CommandLine.Options;

namespace Peipkg.Build.Commands;

/// <summary>The options that say what becomes of findings.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<IReadOnlyList<string>> _deny = CommandOptions.Many<string>(
        "--deny",
        "RULE",
        "Treat what breaks the rule as an error; \"warnings\" stands for every warning.",
        CommandOptions.NotEmpty
    );

    private readonly Option<IReadOnlyList<string>> _allow = CommandOptions.Many<string>(
        "--allow",
        "RULE",
        "Do not report what breaks the rule, which must not be an error.",
        CommandOptions.NotEmpty
    );

    internal void AddTo(Command command)
    {
        command.Add(_deny);
        command.Add(_allow);
    }

    internal RulePolicy Read(ParseResult result) =>
        RulePolicy.Create(result.GetRequiredValue(_deny), result.GetRequiredValue(_allow));
}
