using Peipkg.Build.Rules;

namespace Peipkg.Build.Checking.Reports;

/// <summary>What <c>check</c> found in all recipes.</summary>
/// <param name="Recipes">How many recipes were checked.</param>
/// <param name="Findings">Everything that was found, by recipe, file and place.</param>
/// <param name="Tags">The tags that <c>--tags</c> named; null without it.</param>
internal sealed record CheckReport(int Recipes, IReadOnlyList<Finding> Findings, IReadOnlyList<TagReport.Tag>? Tags)
{
    internal int Count(Severity severity) => Findings.Count(finding => finding.Severity == severity);
}
