using Peipkg.Build.Attesting;
using Peipkg.Build.Checking;
using Peipkg.Build.Deriving;
using Peipkg.Build.Packing;
using Peipkg.Build.Rules;
using Peipkg.Build.Sandboxing;
using Peipkg.Build.Scanning;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>
/// Builds a recipe: runs its script in a staging area, divides the installed files among the stanzas, checks every package
/// against every rule, and writes the packages. Either all of them appear in the output directory, or none.
/// </summary>
internal static class BuildOperation
{
    internal static int Run(BuildRequest request, ToolContext context)
    {
        Recipe recipe = BuildPreparation.Prepare(request, context);
        using SigningKey? key = request.SignKey is null
            ? null
            : KeyFiles.LoadSigningKey(request.SignKey, context.Diagnostics);
        Attester? attester =
            request.Attest && key is not null ? new Attester(AttestedBuild.Facts(recipe, request, context), key) : null;
        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            request.KeepStage,
            context.Diagnostics
        );
        if (request.KeepStage)
        {
            StageRecord.Write(area.Root, request);
        }

        BuildPreparation.RequireOutside(
            area.Root,
            request.Source,
            "the directory for temporary files lies inside --source; set TMPDIR to another"
        );

        if (request.Shell == ShellMode.Instead)
        {
            ScriptShell.Open(RecipeScript.Build(recipe), recipe, request, area, context);
            context.Diagnostics.Note("no package was made");
            return ExitCode.Success;
        }

        using SecondBuild? second = request.Twice ? new SecondBuild(request, area, context) : null;
        IReadOnlyList<PackagePlan> plans = Stage(recipe, request, area, context);
        second?.Require(recipe, request, plans, context);
        return Pack(
            plans,
            request,
            PathsOf(request, area),
            key,
            (batch, findings) => PackageTest.Require(recipe, request, batch, area, findings, context),
            context,
            attester
        );
    }

    /// <summary>Writes the packages: all of them, or none.</summary>
    /// <param name="plans">The packages.</param>
    /// <param name="request">The build.</param>
    /// <param name="paths">Its directories, whose names do not belong into packages.</param>
    /// <param name="key">Signs; null leaves them unsigned.</param>
    /// <param name="test">Tests what was written, before it gets its names; throws where it does not pass.</param>
    /// <param name="context">What the work uses of the world.</param>
    /// <param name="attester">Writes what lies beside the packages; null for nothing.</param>
    internal static int Pack(
        IReadOnlyList<PackagePlan> plans,
        BuildRequest request,
        BuildPaths paths,
        SigningKey? key,
        Action<PackageBatch, FindingReporter>? test,
        ToolContext context,
        Attester? attester = null
    )
    {
        FindingReporter findings = new(request.Policy, context.Diagnostics);
        ContentScan scan = new(paths);
        Directory.CreateDirectory(request.Output);
        (PackagePlan Plan, string Path)[] packages =
        [
            .. plans.Select(plan => (plan, Path.Combine(request.Output, plan.FileName))),
        ];
        using PackageBatch batch = PackageBatch.Write(packages, key, scan.Of, context);
        scan.Report(plans, findings, siblings: true);
        RequireNone(findings);
        test?.Invoke(batch, findings);
        RequireNone(findings);
        if (attester is not null)
        {
            batch.Attest(attester);
        }

        batch.Publish();
        foreach ((_, string path) in packages)
        {
            context.Output.WriteLine(path);
        }

        return ExitCode.Success;
    }

    /// <summary>Runs the build script and decides what goes into which package, without writing any.</summary>
    internal static IReadOnlyList<PackagePlan> Stage(
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        ToolContext context
    )
    {
        FindingReporter findings = new(request.Policy, context.Diagnostics);
        RecipeScript build = RecipeScript.Build(recipe);
        RecipeScript[] scripts = RecipeScript.Test(recipe) is { } test && !request.NoTest ? [build, test] : [build];
        foreach (string script in scripts.Select(script => Path.Combine(recipe.Directory, script.Path)))
        {
            foreach (Finding finding in ScriptText.Check(ScriptText.Read(script), script, recipe.Build.StopsAtErrors))
            {
                findings.Report(finding);
            }
        }

        if (findings.Errors > 0)
        {
            throw new UserErrorException("the build script was not run; no package was made");
        }

        BuildScript.Run(build, recipe, request, area, findings, context);
        LicenseInstallation.Run(recipe, request.Source, area.Destination);
        Recipe claiming = DebugSplit.Run(recipe, request, area, context);
        StagedTree tree = area.Hold(
            StagedTree.Walk(
                area.Destination,
                ScriptCommand.UmaskOf(request),
                mayChangeModes: true,
                context.Cancellation
            )
        );
        return Plan(claiming, request, tree, findings, context.Cancellation);
    }

    // In a sandbox only $DESTDIR counts: the other paths are the same in every build, and the script does not see the real ones.
    internal static BuildPaths PathsOf(BuildRequest request, StagingArea area) =>
        request.Sandbox is null
            ? new BuildPaths(
                [area.Destination],
                [area.Work, area.Home, Path.GetFullPath(request.Source), RealPath.Of(request.Source)]
            )
            : new BuildPaths([SandboxView.DestinationPlace], []);

    /// <summary>Decides what goes into which package, and reports everything that is wrong with it.</summary>
    internal static IReadOnlyList<PackagePlan> Plan(
        Recipe recipe,
        BuildRequest request,
        StagedTree tree,
        FindingReporter findings,
        CancellationToken cancellation
    )
    {
        Partition partition = Partition.Divide(recipe.Stanzas, tree.Entries);
        BuildInfo build = new(request.Timestamp, request.FarmId, request.SourceRef);
        List<PackagePlan> plans = [];
        foreach (
            Finding finding in tree
                .Problems.Concat(PartitionReport.Findings(partition, recipe))
                .Concat(
                    LicenseFileCheck.CheckInstalled(
                        recipe,
                        stanza => partition.ShareOf(stanza).Select(entry => entry.Path)
                    )
                )
        )
        {
            findings.Report(finding);
        }

        for (int i = 0; i < recipe.Stanzas.Count; i++)
        {
            Manifest manifest = StanzaManifest.Compose(recipe.Meta, recipe.Stanzas[i], request.Version, build);
            if (recipe.Stanzas[i].SplitFrom is not null)
            {
                manifest = manifest with
                {
                    SideEffects = CalledFor(manifest.SideEffects, recipe.Meta.Edition, partition.Shares[i]),
                };
            }

            plans.Add(new PackagePlan(manifest, partition.Shares[i]) { Edition = recipe.Meta.Edition });
        }

        IReadOnlyList<PackagePlan> complete = RecipeDeriver.Complete(
            recipe.Stanzas,
            plans,
            recipe.Meta.Edition.DerivesByDefault ? Derivation.Full : Derivation.None,
            findings,
            cancellation
        );
        foreach ((PackagePlan plan, Stanza stanza) in complete.Zip(recipe.Stanzas))
        {
            if (!partition.IsMissed(stanza))
            {
                plan.Check(LayoutChecks.All, findings);
            }
        }

        RequireNone(findings);
        return complete;
    }

    // What is split off declares all that such a part may call for, before anybody knows what is in it.
    private static SideEffect[] CalledFor(
        IReadOnlyList<SideEffect> declared,
        Edition edition,
        IReadOnlyList<PayloadSource> share
    ) =>
        [
            .. edition
                .Layout.SideEffects.Where(rule =>
                    declared.Contains(rule.Effect)
                    && share.Any(entry =>
                        entry.Kind != PayloadKind.Directory && rule.Judge(entry.Path, entry.Kind) != Evidence.None
                    )
                )
                .Select(static rule => rule.Effect),
        ];

    private static void RequireNone(FindingReporter findings)
    {
        if (findings.Errors > 0)
        {
            throw new UserErrorException(
                "the installed files cannot be packaged as the recipe says; no package was made"
            );
        }
    }
}
