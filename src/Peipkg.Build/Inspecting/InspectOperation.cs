using System.Text;
using Peipkg.Build.Comparing;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Inspecting;

/// <summary>Shows what a package holds, after it was read whole and found well-formed.</summary>
internal static class InspectOperation
{
    internal static int Run(string file, string? view, bool json, ToolContext context)
    {
        VerifiedPackage package = Read(file, context);
        context.Output.Write(
            view switch
            {
                "--files" => string.Concat(package.Files.Select(entry => $"{entry.Hash}  {entry.Path}\n")),
                "--manifest" => Encoding.UTF8.GetString(ManifestDocument.Write(package.Manifest)),
                _ => json ? PackageJson.Write(file, package) : PackageText.Write(package),
            }
        );
        return ExitCode.Success;
    }

    /// <summary>Says what differs between two packages.</summary>
    internal static int Compare(string first, string second, bool json, ToolContext context)
    {
        VerifiedPackage one = Read(first, context);
        VerifiedPackage other = Read(second, context);
        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            context.Diagnostics
        );
        PackageDifference difference = PackageDiffer.Compare(
            new ArchivedPackage(first, first, one, area, context),
            new ArchivedPackage(second, second, other, area, context),
            context.Cancellation
        );
        ComparisonReport report = new(json, context.Output);
        report.Add(ComparisonVerdict.Of(difference, Path.GetFileName(first), one, other));
        return report.Finish();
    }

    private static VerifiedPackage Read(string file, ToolContext context)
    {
        try
        {
            return PackageFile.Verify(file, new PackageVerifyOptions(), context);
        }
        catch (FormatViolationException exception)
        {
            throw new UserErrorException($"{file}: {exception.Message}", exception);
        }
    }
}
