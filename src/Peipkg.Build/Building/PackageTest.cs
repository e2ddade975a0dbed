using Peipkg.Build.Extracting;
using Peipkg.Build.Packing;
using Peipkg.Build.Rules;
using Peipkg.Build.Sandboxing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Runs a recipe's test script on its packages, before they get their names.</summary>
internal static class PackageTest
{
    /// <summary>Installs the packages into a directory, $ROOT, and runs the script. In a sandbox it has no network at all.</summary>
    /// <param name="recipe">Names the script; one without passes.</param>
    /// <param name="request">The build.</param>
    /// <param name="batch">The packages.</param>
    /// <param name="build">The build's own directories.</param>
    /// <param name="findings">Told of processes that the script leaves.</param>
    /// <param name="context">What the script uses of the world.</param>
    /// <exception cref="CommandLine.Reporting.UserErrorException">The script failed.</exception>
    internal static void Require(
        Recipe recipe,
        BuildRequest request,
        PackageBatch batch,
        StagingArea build,
        FindingReporter findings,
        ToolContext context
    )
    {
        if (request.NoTest || RecipeScript.Test(recipe) is not { } script)
        {
            return;
        }

        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            context.Diagnostics
        );
        area.Companions = [build, .. build.Companions];
        using (DirectoryWriter root = new(area.Destination))
        {
            batch.Unpack(new PayloadFiles(root, recipe.Meta.Edition));
        }

        BuildRequest test = request with
        {
            Sandbox = request.Sandbox is { } sandbox ? sandbox with { Network = NetworkAccess.None } : null,
        };
        BuildScript.Run(script, recipe, test, area, findings, context);
    }
}
