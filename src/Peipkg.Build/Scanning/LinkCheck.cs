using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;

namespace Peipkg.Build.Scanning;

/// <summary>Finds symlinks that lead to something that none of a recipe's packages holds.</summary>
internal static class LinkCheck
{
    internal static void Report(IReadOnlyList<PackagePlan> plans, FindingReporter reporter)
    {
        LinkTable links = new(
            plans.SelectMany(plan => plan.Payload).Select(source => (source.Path, source.LinkTarget))
        );
        foreach (PackagePlan plan in plans)
        {
            foreach (PayloadSource link in plan.Payload.Where(source => source.Kind == PayloadKind.Symlink))
            {
                if (!links.TryFollow(link.Path, out string missing))
                {
                    reporter.Report(
                        StageRules.DanglingLink,
                        $"package {plan.Manifest.Name}: the symlink {DisplayText.Quote(link.Path)} leads to "
                            + $"{DisplayText.Quote(missing)}, which no package of the recipe holds"
                    );
                }
            }
        }
    }
}
