using System.Text;
using Peipkg.Build.Comparing;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Inspecting;

/// <summary>Shows what a package contains, after reading it whole and checking that it is well-formed.</summary>
internal static class InspectOperation
{
    internal static int Run(string file, string? view, bool json, ToolContext context)
    {
        OpenedPackage package = OpenedPackage.Open(file, context);
        context.Output.Write(
            view switch
            {
                "--files" => string.Concat(package.Content.Files.Select(entry => $"{entry.Hash}  {entry.Path}\n")),
                "--manifest" => Encoding.UTF8.GetString(package.Content.ManifestBytes.Span),
                _ => json ? PackageJson.Write(package) : PackageText.Write(package.Content),
            }
        );
        return ExitCode.Success;
    }

    /// <summary>Says which of a package's files a name comes from.</summary>
    internal static int Why(string file, string name, bool json, ToolContext context)
    {
        NameOrigin origin = NameOrigin.Find(OpenedPackage.Open(file, context), name, context);
        context.Output.Write(json ? NameOriginReport.Json(origin) : NameOriginReport.Text(origin));
        return ExitCode.Success;
    }

    /// <summary>Says what differs between two packages.</summary>
    internal static int Compare(string first, string second, bool json, ToolContext context)
    {
        OpenedPackage one = OpenedPackage.Open(first, context);
        OpenedPackage other = OpenedPackage.Open(second, context);
        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            context.Diagnostics
        );
        PackageDifference difference = PackageDiffer.Compare(
            new ArchivedPackage(one, area, context),
            new ArchivedPackage(other, area, context),
            context.Cancellation
        );
        ComparisonReport report = new(json, context.Output);
        report.Add(ComparisonVerdict.Of(difference, one, other));
        return report.Finish();
    }
}
