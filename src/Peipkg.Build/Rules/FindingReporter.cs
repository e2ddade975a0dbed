using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Rules;

/// <summary>Reports findings during a build, as the command line's policy judges them. Safe to use from several threads.</summary>
/// <param name="policy">What becomes of them.</param>
/// <param name="diagnostics">Where they go.</param>
internal sealed class FindingReporter(RulePolicy policy, Diagnostics diagnostics)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _explained = new(StringComparer.Ordinal);

    /// <summary>How many findings are errors.</summary>
    internal int Errors { get; private set; }

    /// <summary>Reports a violation of a rule.</summary>
    internal void Report(string rule, string message, string? remedy = null) =>
        Report(Finding.Of(rule, message) with { OwnRemedy = remedy });

    /// <summary>Reports a finding.</summary>
    internal void Report(Finding finding)
    {
        if (policy.Judge(finding) is not { } judged)
        {
            return;
        }

        lock (_lock)
        {
            string text = Describe(judged);
            switch (judged.Severity)
            {
                case Severity.Error:
                    Errors++;
                    diagnostics.Error(text);
                    break;
                case Severity.Warning:
                    diagnostics.Warning(text);
                    break;
                default:
                    diagnostics.Note(text);
                    break;
            }
        }
    }

    // The rule's name ends the first line. A remedy is printed once, and where the message does not tell it.
    private string Describe(Finding finding)
    {
        string place =
            finding.File is null ? ""
            : finding.Position is { } position ? $"{finding.File}:{position.Line}:{position.Column}: "
            : $"{finding.File}: ";
        int end = finding.Message.IndexOf('\n', StringComparison.Ordinal);
        return end >= 0
            ? $"{place}{finding.Message[..end]} [{finding.Rule.Id}]{finding.Message[end..]}"
            : $"{place}{finding.Message} [{finding.Rule.Id}]{(_explained.Add(finding.Remedy) ? $"\n    {finding.Remedy}" : "")}";
    }
}
