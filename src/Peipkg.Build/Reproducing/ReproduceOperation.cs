using Peipkg.Build.Building;
using Peipkg.Build.Comparing;
using Peipkg.Build.Packing;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Recipes;

namespace Peipkg.Build.Reproducing;

/// <summary>Builds packages again from what their manifests record, and says whether the result is the same.</summary>
internal static class ReproduceOperation
{
    internal static int Run(ReproduceRequest request, ToolContext context)
    {
        OpenedPackage[] packages = [.. request.Packages.Select(file => OpenedPackage.Open(file, context))];
        Manifest manifest = RequireOneBuild(packages);
        using SigningKey? key = request.SignKey is null
            ? null
            : KeyFiles.LoadSigningKey(request.SignKey, context.Diagnostics);
        RequireSigner(packages, key, request);
        AttestedRoot.Compare(packages[0], request.Sandbox?.Root, context);
        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            context.Diagnostics
        );
        BuildRequest build = new()
        {
            Recipe = request.Recipe,
            Source = request.Source,
            Architecture = packages
                .Select(package => (Architecture?)package.Manifest.Architecture)
                .FirstOrDefault(architecture => architecture != Architecture.NoArch),
            Version = manifest.Version,
            SourceRef = manifest.Build.SourceRef,
            FarmId = manifest.Build.FarmId,
            Timestamp = manifest.Build.Timestamp,
            Output = area.MakeDirectory("rebuilt"),
            SignKey = request.SignKey,
            Variables = request.Variables,
            Sandbox = request.Sandbox,
            Limits = request.Limits,
            Edition = request.Edition,
        };
        Recipe recipe = BuildPreparation.Prepare(build, context);
        RequireStanzas(packages, recipe);
        IReadOnlyList<PackagePlan> plans = BuildOperation.Stage(recipe, build, area, context);
        ComparisonReport report = new(request.Json, context.Output);
        foreach (OpenedPackage package in packages)
        {
            PackagePlan plan = plans.First(candidate => candidate.Manifest.Name == package.Manifest.Name);
            report.Add(Judge(package, plan, key, area, build, context));
        }

        return report.Finish();
    }

    private static ComparisonVerdict Judge(
        OpenedPackage package,
        PackagePlan plan,
        SigningKey? key,
        StagingArea area,
        BuildRequest build,
        ToolContext context
    )
    {
        string rebuiltFile = Path.Combine(build.Output, plan.FileName);
        using (
            PackageBatch batch = PackageBatch.Write(
                [(plan, rebuiltFile)],
                package.Content.Signature is null ? null : key,
                observe: null,
                context
            )
        )
        {
            batch.Publish();
        }

        OpenedPackage rebuilt = OpenedPackage.Open(rebuiltFile, context);
        bool same = package.Content.SignedDigest == rebuilt.Content.SignedDigest;
        PackageDifference difference = same
            ? new PackageDifference(package.File, "rebuilt", [], [], [], [])
            : PackageDiffer.Compare(
                new ArchivedPackage(package, area, context),
                new StagedPackage("rebuilt", plan, BuildOperation.PathsOf(build, area), context.Cancellation),
                context.Cancellation
            );
        return same && package.Content.Signature is { } signature && key is null
            ? new ComparisonVerdict(
                package.FileName,
                true,
                $"all that the signature of {signature.KeyFingerprint.Grouped} covers, sha256 {package.Content.SignedDigest} (--sign-key compares the whole file)",
                difference
            )
            : ComparisonVerdict.Of(difference, package, rebuilt);
    }

    private static Manifest RequireOneBuild(OpenedPackage[] packages)
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

        return first;
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

    private static void RequireStanzas(OpenedPackage[] packages, Recipe recipe)
    {
        foreach (OpenedPackage package in packages)
        {
            if (recipe.Stanzas.All(stanza => stanza.Name != package.Manifest.Name))
            {
                throw new UserErrorException(
                    $"{package.File} is {package.Manifest.Name}, which the recipe does not make; it makes {string.Join(", ", recipe.Stanzas.Select(stanza => stanza.Name))}"
                );
            }
        }
    }
}
