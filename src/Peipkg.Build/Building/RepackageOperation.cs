using Peipkg.Build.Rules;
using Peipkg.Build.Sandboxing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.Format.Cryptography;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>What <c>repackage</c> was asked to do.</summary>
/// <param name="Stage">A staging directory that <c>build --keep-stage</c> has left.</param>
/// <param name="Recipe">The recipe, perhaps changed since.</param>
/// <param name="Output">The directory for the packages.</param>
/// <param name="SignKey">The private key's file; null leaves the packages unsigned.</param>
/// <param name="Policy">What becomes of findings.</param>
internal sealed record RepackageRequest(string Stage, string Recipe, string Output, string? SignKey, RulePolicy Policy);

/// <summary>Packs what a build has staged, by the recipe as it is now, without running its script again.</summary>
internal static class RepackageOperation
{
    internal static int Run(RepackageRequest request, ToolContext context)
    {
        StageRecord record = StageRecord.Load(request.Stage);
        BuildRequest build = record.ToRequest(request.Stage, request.Recipe, request.Output) with
        {
            SignKey = request.SignKey,
            Policy = request.Policy,
            Sandbox = record.Sandbox ? new SandboxSettings(NetworkAccess.None, []) { Root = record.Root } : null,
        };
        Recipe recipe = BuildPreparation.LoadRecipe(build, context.Diagnostics);
        BuildPreparation.ProveOutput(recipe, build);
        using SigningKey? key = request.SignKey is null
            ? null
            : KeyFiles.LoadSigningKey(request.SignKey, context.Diagnostics);
        using StagingArea area = StagingArea.Reopen(request.Stage, context.Diagnostics);
        Recipe claiming = DebugSplit.Run(recipe, build, area, context);
        FindingReporter findings = new(request.Policy, context.Diagnostics);
        StagedTree tree = area.Hold(
            StagedTree.Walk(area.Destination, record.Umask, mayChangeModes: true, context.Cancellation)
        );
        return BuildOperation.Pack(
            BuildOperation.Plan(claiming, build, tree, findings, context.Cancellation),
            build,
            BuildOperation.PathsOf(build, area),
            key,
            test: null,
            context
        );
    }
}
