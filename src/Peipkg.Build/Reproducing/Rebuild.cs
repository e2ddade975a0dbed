using Peipkg.Build.Attesting;
using Peipkg.Build.Building;
using Peipkg.Build.Comparing;
using Peipkg.Build.Packing;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Recipes;

namespace Peipkg.Build.Reproducing;

/// <summary>One build, made again from what its packages record, and what came of it.</summary>
internal sealed class Rebuild
{
    private readonly IReadOnlyList<OpenedPackage> _packages;
    private readonly Recipe _recipe;
    private readonly BuildRequest _build;
    private readonly StagingArea _area;
    private readonly ToolContext _context;

    private Rebuild(
        IReadOnlyList<OpenedPackage> packages,
        Recipe recipe,
        BuildRequest build,
        StagingArea area,
        ToolContext context
    )
    {
        _packages = packages;
        _recipe = recipe;
        _build = build;
        _area = area;
        _context = context;
    }

    /// <summary>The key that signed the packages; null compares what their signatures cover.</summary>
    private SigningKey? Key { get; init; }

    /// <summary>The git commit of the source, where its tree no longer says it.</summary>
    private string? Commit { get; init; }

    /// <summary>Refuses what cannot be built, before anything runs.</summary>
    /// <param name="packages">Packages of one build.</param>
    /// <param name="recipe">The recipe's file.</param>
    /// <param name="source">The source tree.</param>
    /// <param name="commit">Its git commit, where the tree no longer says it.</param>
    /// <param name="key">The key that signed them, and its file; null compares what their signatures cover.</param>
    /// <param name="conditions">How it is built.</param>
    /// <param name="area">Where it is built.</param>
    /// <param name="context">What the work uses of the world.</param>
    /// <exception cref="UserErrorException">Something is missing, or the recipe does not make the packages.</exception>
    internal static Rebuild Prepare(
        IReadOnlyList<OpenedPackage> packages,
        string recipe,
        string source,
        string? commit,
        (SigningKey Key, string File)? key,
        RebuildConditions conditions,
        StagingArea area,
        ToolContext context
    )
    {
        Manifest manifest = packages[0].Manifest;
        AttestedRoot.Compare(packages[0], conditions.Sandbox?.Root, context);
        BuildRequest build = new()
        {
            Recipe = recipe,
            Source = source,
            Architecture = packages
                .Select(package => (Architecture?)package.Manifest.Architecture)
                .FirstOrDefault(architecture => architecture != Architecture.NoArch),
            Version = manifest.Version,
            SourceRef = manifest.Build.SourceRef,
            FarmId = manifest.Build.FarmId,
            Timestamp = manifest.Build.Timestamp,
            Output = area.MakeDirectory("rebuilt"),
            SignKey = key?.File,
            Variables = conditions.Variables,
            Sandbox = conditions.Sandbox,
            Limits = conditions.Limits,
            Edition = conditions.Edition,
        };
        Recipe read = BuildPreparation.Prepare(build, context);
        foreach (OpenedPackage package in packages)
        {
            if (read.Stanzas.All(stanza => stanza.Name != package.Manifest.Name))
            {
                throw new UserErrorException(
                    $"{package.File} is {package.Manifest.Name}, which the recipe does not make; it makes {string.Join(", ", read.Stanzas.Select(stanza => stanza.Name))}"
                );
            }
        }

        return new Rebuild(packages, read, build, area, context) { Key = key?.Key, Commit = commit };
    }

    /// <summary>Builds, compares, and says what came of it, also in signed verdicts.</summary>
    /// <param name="report">Told of each package.</param>
    /// <param name="verdicts">Writes the verdicts; null for none.</param>
    /// <returns>Why the build failed; null where it did not.</returns>
    internal UserErrorException? Run(ComparisonReport report, VerdictWriter? verdicts)
    {
        // Before the script, which could change the recipe.
        BuildFacts? facts = verdicts is null ? null : AttestedBuild.Facts(_recipe, _build, _context, Commit);
        IReadOnlyList<PackagePlan> plans;
        try
        {
            plans = BuildOperation.Stage(_recipe, _build, _area, _context);
        }
        catch (UserErrorException exception)
        {
            foreach (OpenedPackage package in _packages)
            {
                verdicts?.Write(package, RebuildOutcome.Unbuildable, null, ComparesWhole(package), facts!);
            }

            return exception;
        }

        foreach (OpenedPackage package in _packages)
        {
            ComparisonVerdict verdict = Judge(
                package,
                plans.First(candidate => candidate.Manifest.Name == package.Manifest.Name)
            );
            verdicts?.Write(
                package,
                verdict.Identical ? RebuildOutcome.Identical : RebuildOutcome.Different,
                verdict,
                ComparesWhole(package),
                facts!
            );
            report.Add(verdict);
        }

        return null;
    }

    private bool ComparesWhole(OpenedPackage package) => package.Content.Signature is null || Key is not null;

    private ComparisonVerdict Judge(OpenedPackage package, PackagePlan plan)
    {
        string rebuiltFile = Path.Combine(_build.Output, plan.FileName);
        using (
            PackageBatch batch = PackageBatch.Write(
                [(plan, rebuiltFile)],
                package.Content.Signature is null ? null : Key,
                observe: null,
                _context
            )
        )
        {
            batch.Publish();
        }

        OpenedPackage rebuilt = OpenedPackage.Open(rebuiltFile, _context);
        PackageDifference difference =
            package.Content.SignedDigest == rebuilt.Content.SignedDigest
                ? new PackageDifference(package.File, "rebuilt", [], [], [], [])
                : PackageDiffer.Compare(
                    new ArchivedPackage(package, _area, _context),
                    new StagedPackage("rebuilt", plan, BuildOperation.PathsOf(_build, _area), _context.Cancellation),
                    _context.Cancellation
                );
        return Say(package, rebuilt, difference, ComparesWhole(package));
    }

    /// <summary>Says whether a package came out the same.</summary>
    /// <param name="package">The package.</param>
    /// <param name="rebuilt">The one that was made again.</param>
    /// <param name="difference">What differs in them.</param>
    /// <param name="whole">Whether files are compared, and not what signatures cover.</param>
    internal static ComparisonVerdict Say(
        OpenedPackage package,
        OpenedPackage rebuilt,
        PackageDifference difference,
        bool whole
    ) =>
        !whole
        && package.Content.Signature is { } signature
        && package.Content.SignedDigest == rebuilt.Content.SignedDigest
            ? new ComparisonVerdict(
                package.FileName,
                true,
                $"all that the signature of {signature.KeyFingerprint.Grouped} covers, sha256 {package.Content.SignedDigest} (--sign-key compares the whole file)",
                difference
            )
            : ComparisonVerdict.Of(difference, package, rebuilt);
}
