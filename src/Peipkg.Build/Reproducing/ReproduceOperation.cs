using Peipkg.Build.Building;
using Peipkg.Build.Comparing;
using Peipkg.Build.Packing;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Recipes;

namespace Peipkg.Build.Reproducing;

/// <summary>Builds packages again from what their manifests record, and says whether the same comes out.</summary>
internal static class ReproduceOperation
{
    internal static int Run(ReproduceRequest request, ToolContext context)
    {
        (string File, VerifiedPackage Package)[] packages =
        [
            .. request.Packages.Select(file => (file, Read(file, context))),
        ];
        Manifest manifest = RequireOneBuild(packages);
        using SigningKey? key = request.SignKey is null
            ? null
            : KeyFiles.LoadSigningKey(request.SignKey, context.Diagnostics);
        RequireSigner(packages, key, request);
        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            context.Diagnostics
        );
        BuildRequest build = new()
        {
            Recipe = request.Recipe,
            Source = request.Source,
            Version = manifest.Version,
            SourceRef = manifest.Build.SourceRef,
            FarmId = manifest.Build.FarmId,
            Timestamp = manifest.Build.Timestamp,
            Output = area.MakeDirectory("rebuilt"),
            SignKey = request.SignKey,
            Variables = request.Variables,
            Sandbox = request.Sandbox,
            Limits = request.Limits,
        };
        Recipe recipe = BuildOperation.Prepare(build, context);
        RequireStanzas(packages, recipe);
        IReadOnlyList<PackagePlan> plans = BuildOperation.Stage(recipe, build, area, context);
        ComparisonReport report = new(request.Json, context.Output);
        foreach ((string file, VerifiedPackage package) in packages)
        {
            PackagePlan plan = plans.First(candidate => candidate.Manifest.Name == package.Manifest.Name);
            report.Add(Judge(file, package, plan, key, area, build.Output, context));
        }

        return report.Finish();
    }

    private static ComparisonVerdict Judge(
        string file,
        VerifiedPackage package,
        PackagePlan plan,
        SigningKey? key,
        StagingArea area,
        string output,
        ToolContext context
    )
    {
        string name = Path.GetFileName(file);
        string rebuiltFile = Path.Combine(output, plan.FileName);
        PackageOutput.WriteOne(plan, rebuiltFile, package.Signature is null ? null : key, context);
        VerifiedPackage rebuilt = PackageFile.Verify(rebuiltFile, new PackageVerifyOptions(), context);
        bool same = package.SignedDigest == rebuilt.SignedDigest;
        PackageDifference difference = same
            ? new PackageDifference(file, "rebuilt", [], [], [], [])
            : PackageDiffer.Compare(
                new ArchivedPackage(file, file, package, area, context),
                new StagedPackage("rebuilt", plan, context.Cancellation),
                context.Cancellation
            );
        return same && package.Signature is { } signature && key is null
            ? new ComparisonVerdict(
                name,
                true,
                $"all that the signature of {signature.KeyFingerprint.Grouped} covers, sha256 {package.SignedDigest} (--sign-key would compare the whole file)",
                difference
            )
            : ComparisonVerdict.Of(difference, name, package, rebuilt);
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

    private static Manifest RequireOneBuild((string File, VerifiedPackage Package)[] packages)
    {
        Manifest first = packages[0].Package.Manifest;
        foreach ((string file, VerifiedPackage package) in packages)
        {
            Manifest manifest = package.Manifest;
            if (manifest.Version != first.Version || manifest.Build != first.Build)
            {
                throw new UserErrorException(
                    $"{file} ({manifest.Version}, {manifest.Build.Timestamp}, {manifest.Build.FarmId}, {manifest.Build.SourceRef}) and "
                        + $"{packages[0].File} ({first.Version}, {first.Build.Timestamp}, {first.Build.FarmId}, {first.Build.SourceRef}) "
                        + "are not of one build; reproduce each build by itself"
                );
            }
        }

        return first;
    }

    private static void RequireSigner(
        (string File, VerifiedPackage Package)[] packages,
        SigningKey? key,
        ReproduceRequest request
    )
    {
        foreach ((string file, VerifiedPackage package) in packages)
        {
            if (
                key is not null
                && package.Signature is { } signature
                && signature.KeyFingerprint != key.PublicKey.Fingerprint
            )
            {
                throw new UserErrorException(
                    $"{file} is signed by {signature.KeyFingerprint.Grouped}, and --sign-key {request.SignKey} is {key.PublicKey.Fingerprint.Grouped}; "
                        + "give the key that signed it, or none to compare what the signature covers"
                );
            }
        }
    }

    private static void RequireStanzas((string File, VerifiedPackage Package)[] packages, Recipe recipe)
    {
        foreach ((string file, VerifiedPackage package) in packages)
        {
            if (recipe.Stanzas.All(stanza => stanza.Name != package.Manifest.Name))
            {
                throw new UserErrorException(
                    $"{file} is {package.Manifest.Name}, which the recipe does not make; it makes {string.Join(", ", recipe.Stanzas.Select(stanza => stanza.Name))}"
                );
            }
        }
    }
}
