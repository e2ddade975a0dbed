using Peipkg.Build.Comparing;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Reproducing;

/// <summary>Builds packages again from what their manifests record, and says whether the result is the same.</summary>
internal static class ReproduceOperation
{
    internal static int Run(ReproduceRequest request, ToolContext context)
    {
        OpenedPackage[] packages = [.. request.Packages.Select(file => OpenedPackage.Open(file, context))];
        RequireOneBuild(packages);
        using SigningKey? key = request.SignKey is null
            ? null
            : KeyFiles.LoadSigningKey(request.SignKey, context.Diagnostics);
        RequireSigner(packages, key, request);
        using VerdictWriter? verdicts = VerdictWriter.Open(request.Verdicts, context);
        foreach (OpenedPackage package in packages)
        {
            verdicts?.RequireAnother(package);
        }

        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            context.Diagnostics
        );
        Rebuild rebuild = Rebuild.Prepare(
            packages,
            request.Recipe,
            request.Source,
            commit: null,
            key is null ? null : (key, request.SignKey!),
            request.Conditions,
            area,
            context
        );
        ComparisonReport report = new(request.Json, context.Output);
        return rebuild.Run(report, verdicts) is { } failure ? throw failure : report.Finish();
    }

    private static void RequireOneBuild(OpenedPackage[] packages)
    {
        Manifest first = packages[0].Manifest;
        foreach (OpenedPackage package in packages)
        {
            Manifest manifest = package.Manifest;
            if (manifest.Version != first.Version || manifest.Build != first.Build)
            {
                throw new UserErrorException(
                    $"{package.File} ({manifest.Version}, {manifest.Build.Timestamp}, {manifest.Build.FarmId}, {manifest.Build.SourceRef}) and "
                        + $"{packages[0].File} ({first.Version}, {first.Build.Timestamp}, {first.Build.FarmId}, {first.Build.SourceRef}) "
                        + "are not from one build; reproduce each build separately"
                );
            }
        }
    }

    private static void RequireSigner(OpenedPackage[] packages, SigningKey? key, ReproduceRequest request)
    {
        foreach (OpenedPackage package in packages)
        {
            if (
                key is not null
                && package.Content.Signature is { } signature
                && signature.KeyFingerprint != key.PublicKey.Fingerprint
            )
            {
                throw new UserErrorException(
                    $"{package.File} is signed by {signature.KeyFingerprint.Grouped}, and --sign-key {request.SignKey} is {key.PublicKey.Fingerprint.Grouped}; "
                        + "give the key that signed it, or none to compare what the signature covers"
                );
            }
        }
    }
}
