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
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Posix.Files;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Building;

/// <summary>
/// Builds a recipe: runs its script in a staging area, divides the installed files among the stanzas, checks every package
/// against every rule, and writes the packages. Either all of them appear in the output directory, or none.
/// </summary>
internal static class BuildOperation
{
    internal static int Run(BuildRequest request, ToolContext context)
    {
        Recipe recipe = Prepare(request, context);
        using SigningKey? key = request.SignKey is null
            ? null
            : KeyFiles.LoadSigningKey(request.SignKey, context.Diagnostics);
        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            request.KeepStage,
            context.Diagnostics
        );
        if (request.KeepStage)
        {
            StageRecord.Write(area.Root, request);
        }

        RequireOutside(
            area.Root,
            request.Source,
            "the directory for temporary files lies inside --source; set TMPDIR to another"
        );

        using SecondBuild? second = request.Twice ? new SecondBuild(request, area, context) : null;
        IReadOnlyList<PackagePlan> plans = Stage(recipe, request, area, context);
        second?.Require(recipe, request, plans, context);
        return Pack(plans, request, PathsOf(request, area), key, context);
    }

    /// <summary>Writes the packages: all of them, or none.</summary>
    internal static int Pack(
        IReadOnlyList<PackagePlan> plans,
        BuildRequest request,
        BuildPaths paths,
        SigningKey? key,
        ToolContext context
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
        batch.Publish();
        foreach ((_, string path) in packages)
        {
            context.Output.WriteLine(path);
        }

        return ExitCode.Success;
    }

    /// <summary>Reads the recipe and refuses what cannot be built, before anything runs.</summary>
    internal static Recipe Prepare(BuildRequest request, ToolContext context)
    {
        Recipe recipe = LoadRecipe(request, context.Diagnostics);
        CheckDirectories(request);
        ProveOutput(recipe, request);
        if (request.Sandbox is { } sandbox)
        {
            SandboxCheck.Require(sandbox, recipe, request);
        }

        return recipe;
    }

    /// <summary>Proves that the packages can be written.</summary>
    internal static void ProveOutput(Recipe recipe, BuildRequest request) =>
        OutputProbe.Require(
            request.Output,
            [
                .. recipe.Stanzas.Select(stanza =>
                    PackageFileName.Compose(stanza.Name, request.Version, stanza.Architecture)
                ),
            ]
        );

    /// <summary>Runs the build script and decides what goes into which package, without writing any.</summary>
    internal static IReadOnlyList<PackagePlan> Stage(
        Recipe recipe,
        BuildRequest request,
        StagingArea area,
        ToolContext context
    )
    {
        FindingReporter findings = new(request.Policy, context.Diagnostics);
        string script = Path.Combine(recipe.Directory, recipe.Meta.BuildScript);
        foreach (Finding finding in ScriptText.Check(ScriptText.Read(script), script, recipe.Build.StopsAtErrors))
        {
            findings.Report(finding);
        }

        if (findings.Errors > 0)
        {
            throw new UserErrorException("the build script was not run; no package was made");
        }

        BuildScript.Run(recipe, request, area, findings, context);
        StagedTree tree = area.Hold(
            StagedTree.Walk(
                area.Destination,
                ScriptCommand.UmaskOf(request),
                mayChangeModes: true,
                context.Cancellation
            )
        );
        return Plan(recipe, request, tree, findings, context.Cancellation);
    }

    // In a sandbox only $DESTDIR counts: the other paths are the same in every build, and the script does not see the real ones.
    internal static BuildPaths PathsOf(BuildRequest request, StagingArea area) =>
        request.Sandbox is null
            ? new BuildPaths(
                [area.Destination],
                [area.Work, area.Home, Path.GetFullPath(request.Source), RealPath.Of(request.Source)]
            )
            : new BuildPaths([SandboxView.DestinationPlace], []);

    internal static Recipe LoadRecipe(BuildRequest request, Diagnostics diagnostics)
    {
        string path = request.Recipe;
        try
        {
            Recipe recipe = Recipe.Load(path, request.Edition, new RecipeTarget(request.Version, request.Architecture));
            foreach (RecipeProblem warning in recipe.Warnings)
            {
                diagnostics.Warning(warning.ToString());
            }

            if (
                request.Architecture is { } architecture
                && recipe.Stanzas.All(stanza =>
                    stanza.Architecture != architecture && stanza.Architecture != Architecture.NoArch
                )
            )
            {
                throw new UserErrorException(
                    $"--arch {architecture}: the recipe makes packages for {string.Join(", ", recipe.Stanzas.Select(stanza => stanza.Architecture.Text).Distinct(StringComparer.Ordinal))} only"
                );
            }

            return recipe;
        }
        catch (RecipeException exception)
        {
            foreach (RecipeProblem problem in exception.Problems)
            {
                diagnostics.Line(problem.ToString());
            }

            throw new UserErrorException(
                $"the recipe has {Counted.Text(exception.Problems.Count, "mistake")}; nothing was built",
                exception
            );
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no recipe {path}", exception);
        }
    }

    private static void CheckDirectories(BuildRequest request)
    {
        if (!Directory.Exists(request.Source))
        {
            throw new UserErrorException(
                $"--source {request.Source} {(File.Exists(request.Source) ? "is not a directory" : "does not exist")}"
            );
        }

        if (File.Exists(request.Output))
        {
            throw new UserErrorException($"--out {request.Output} is a file; it must be a directory");
        }

        RequireOutside(
            request.Output,
            request.Source,
            $"--out {request.Output} lies inside --source, from which the packages are built"
        );
    }

    private static void RequireOutside(string inner, string outer, string message)
    {
        if (RealPath.IsWithin(inner, outer))
        {
            throw new UserErrorException(message);
        }
    }

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
        foreach (Finding finding in tree.Problems.Concat(PartitionReport.Findings(partition, recipe)))
        {
            findings.Report(finding);
        }

        for (int i = 0; i < recipe.Stanzas.Count; i++)
        {
            Manifest manifest = StanzaManifest.Compose(recipe.Meta, recipe.Stanzas[i], request.Version, build);
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
