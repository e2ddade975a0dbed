using System.Collections.Concurrent;
using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;

namespace Peipkg.Build.Scanning;

/// <summary>
/// Looks into the files of packages while they are hashed, which reads them anyway: only what begins like an ELF file or a
/// static archive is opened once more. The findings are reported when all packages are written, before they get their
/// names.
/// </summary>
/// <param name="paths">The paths of the build, which files should not hold.</param>
internal sealed class ContentScan(BuildPaths paths)
{
    private readonly ConcurrentBag<ScannedFile> _files = [];

    /// <summary>The observer for one package's files.</summary>
    internal IPayloadObserver Of(PackagePlan plan) => new PackageScan(plan, paths, _files.Add);

    /// <summary>Reports everything that was found, by package and path.</summary>
    /// <param name="plans">All packages that were written.</param>
    /// <param name="reporter">Where the findings go.</param>
    /// <param name="siblings">Whether the packages are all of a recipe, so that what is in none of them is elsewhere or nowhere.</param>
    internal void Report(IReadOnlyList<PackagePlan> plans, FindingReporter reporter, bool siblings)
    {
        ILookup<string, ScannedFile> files = _files.ToLookup(
            file => file.Package.Manifest.Name.Text,
            StringComparer.Ordinal
        );
        foreach (PackagePlan plan in plans)
        {
            // What is wrong with many files alike, as the path of the build mostly is, is one finding.
            foreach (
                IGrouping<ContentFault, string> fault in files[plan.Manifest.Name.Text]
                    .OrderBy(file => file.Path, PayloadPath.Order)
                    .SelectMany(file => ContentJudge.Judge(file, paths).Select(fault => (file.Path, Fault: fault)))
                    .GroupBy(pair => pair.Fault, pair => pair.Path)
            )
            {
                reporter.Report(
                    fault.Key.Rule,
                    $"package {plan.Manifest.Name}: {TerminalText.Escape(fault.Key.Of([.. fault]))}"
                );
            }

            foreach (PayloadSource source in plan.Payload)
            {
                if (source.Kind != PayloadKind.Directory && Cruft.Reason(source.Path) is { } reason)
                {
                    reporter.Report(
                        StageRules.Cruft,
                        $"package {plan.Manifest.Name}: {DisplayText.Quote(source.Path)}: {reason}; {Cruft.Removal(source.Path)}"
                    );
                }
            }
        }

        if (siblings)
        {
            LinkCheck.Report(plans, reporter);
            SonameCheck.Report(plans, files, reporter);
        }
    }

    private sealed class PackageScan(PackagePlan plan, BuildPaths paths, Action<ScannedFile> add) : IPayloadObserver
    {
        public IContentObserver Begin(PayloadSource file) => new FileScan(plan, file, paths, add);
    }
}
