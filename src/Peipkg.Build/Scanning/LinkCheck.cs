using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;

namespace Peipkg.Build.Scanning;

/// <summary>Finds symlinks that lead to something that no package of the recipe contains, or back to themselves.</summary>
internal static class LinkCheck
{
    private const string Loop = "leads back to itself";

    internal static void Report(IReadOnlyList<PackagePlan> plans, FindingReporter reporter)
    {
        LinkTable links = new(
            plans.SelectMany(plan => plan.Payload).Select(source => (source.Path, source.LinkTarget))
        );
        foreach (PackagePlan plan in plans)
        {
            foreach (PayloadSource link in plan.Payload.Where(source => source.Kind == PayloadKind.Symlink))
            {
                if (Fault(links, link.Path) is { } fault)
                {
                    reporter.Report(
                        StageRules.DanglingLink,
                        $"package {plan.Manifest.Name}: the symlink {DisplayText.Quote(link.Path)} {fault}",
                        fault == Loop ? "Correct the target of one of the links." : null
                    );
                }
            }
        }
    }

    /// <summary>What is wrong with where a link leads to; null where all is well.</summary>
    private static string? Fault(LinkTable links, string link) =>
        links.TryFollow(link, out string? end) ? null
        : end is null ? Loop
        : $"leads to {DisplayText.Quote(end)}, which no package of the recipe contains";
}
