using Peipkg.Build.Attesting;
using Peipkg.Build.Comparing;
using Peipkg.Build.Reading;
using Peipkg.Build.Signing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.Format.Attestations;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Reproducing;

/// <summary>
/// Compares packages with those that somebody has built again already, perhaps on another machine. What the signature
/// covers is compared: the key is not there.
/// </summary>
internal static class RebuiltComparison
{
    internal static int Run(RebuiltRequest request, ToolContext context)
    {
        OpenedPackage[] packages = [.. request.Packages.Select(file => OpenedPackage.Open(file, context))];
        using VerdictWriter? verdicts = VerdictWriter.Open(request.Verdicts, context);
        foreach (OpenedPackage package in packages)
        {
            verdicts?.RequireAnother(package);
        }

        BuildFacts? facts = verdicts is null ? null : request.Recipe.Read([request.Rebuilt], context);
        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            context.Diagnostics
        );
        ComparisonReport report = new(request.Json, context.Output);
        foreach (OpenedPackage package in packages)
        {
            bool whole = package.Content.Signature is null;
            string file = Path.Combine(
                request.Rebuilt,
                PackageFileName.Compose(package.Manifest.Name, package.Manifest.Version, package.Manifest.Architecture)
            );
            if (!File.Exists(file))
            {
                verdicts?.Write(package, RebuildOutcome.Unbuildable, null, whole, facts!);
                report.AddUnbuildable(package.FileName, $"it is not in {request.Rebuilt}");
                continue;
            }

            ComparisonVerdict verdict = Judge(package, OpenedPackage.Open(file, context), whole, area, context);
            verdicts?.Write(
                package,
                verdict.Identical ? RebuildOutcome.Identical : RebuildOutcome.Different,
                verdict,
                whole,
                facts!
            );
            report.Add(verdict);
        }

        return report.Finish();
    }

    private static ComparisonVerdict Judge(
        OpenedPackage package,
        OpenedPackage rebuilt,
        bool whole,
        StagingArea area,
        ToolContext context
    ) =>
        Rebuild.Say(
            package,
            rebuilt,
            package.Content.SignedDigest == rebuilt.Content.SignedDigest
                ? new PackageDifference(package.File, rebuilt.File, [], [], [], [])
                : PackageDiffer.Compare(
                    new ArchivedPackage(package, area, context),
                    new ArchivedPackage(rebuilt, area, context),
                    context.Cancellation
                ),
            whole
        );
}

/// <summary>What <c>reproduce --rebuilt</c> was asked to do.</summary>
/// <param name="Packages">The packages' files.</param>
/// <param name="Rebuilt">The directory of the packages that were made again, unsigned.</param>
/// <param name="Recipe">What is known of the rebuild, for the verdicts.</param>
/// <param name="Verdicts">Where the verdicts go, and who signs them; null for none.</param>
/// <param name="Json">Whether to report in JSON.</param>
internal sealed record RebuiltRequest(
    IReadOnlyList<string> Packages,
    string Rebuilt,
    AttestedRecipe Recipe,
    VerdictOutput? Verdicts,
    bool Json
);
