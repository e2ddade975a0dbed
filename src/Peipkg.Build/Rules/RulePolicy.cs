using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;

namespace Peipkg.Build.Rules;

/// <summary>How the command line changes rules: <c>--deny</c> turns warnings into errors, <c>--allow</c> silences them.</summary>
internal sealed class RulePolicy
{
    private const string AllWarnings = "warnings";

    private readonly HashSet<string> _denied;
    private readonly HashSet<string> _allowed;

    private RulePolicy(HashSet<string> denied, HashSet<string> allowed)
    {
        _denied = denied;
        _allowed = allowed;
    }

    /// <summary>Leaves every rule as it is.</summary>
    internal static RulePolicy Default { get; } = new([], []);

    /// <summary>Makes a policy from the options.</summary>
    /// <param name="denied">Names of rules, or <c>warnings</c> for all that are one.</param>
    /// <param name="allowed">Names of rules that are not errors.</param>
    /// <exception cref="UsageErrorException">A name is unknown, or given to both options, or an error is to be allowed.</exception>
    internal static RulePolicy Create(IReadOnlyList<string> denied, IReadOnlyList<string> allowed)
    {
        List<string> problems = [];
        foreach (string name in denied.Where(name => name != AllWarnings && RuleTable.Find(name) is null))
        {
            problems.Add($"--deny: there is no rule \"{name}\"{Suggestion(name, AllWarnings)}");
        }

        foreach (string name in allowed)
        {
            if (RuleTable.Find(name) is not { } rule)
            {
                problems.Add($"--allow: there is no rule \"{name}\"{Suggestion(name)}");
            }
            else if (rule.Severity == Severity.Error)
            {
                problems.Add($"--allow: {name} is an error, which cannot be allowed");
            }
            else if (denied.Contains(name))
            {
                problems.Add($"{name} is given to both --deny and --allow");
            }
        }

        return problems.Count == 0
            ? new RulePolicy([.. denied], [.. allowed])
            : throw new UsageErrorException(string.Join('\n', problems) + "\n\"peipkg-build rules\" lists the rules.");
    }

    /// <summary>The finding with its severity under this policy; null if it is allowed.</summary>
    internal Finding? Judge(Finding finding) =>
        finding.Severity == Severity.Error ? finding
        : _allowed.Contains(finding.Rule.Id) ? null
        : _denied.Contains(finding.Rule.Id) || (finding.Severity == Severity.Warning && _denied.Contains(AllWarnings))
            ? finding with
            {
                Severity = Severity.Error,
            }
        : finding;

    private static string Suggestion(string name, params string[] more) =>
        NearestName.Suggestion(name, RuleTable.All.Select(rule => rule.Id).Concat(more));
}
