using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Processes.Confinement;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Building;

/// <summary>What peipkg-build is told about a version.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Version">The package version.</param>
/// <param name="SourceRef"><c>git+&lt;url&gt;#refs/tags/&lt;tag&gt;</c>, without credentials.</param>
/// <param name="Timestamp">The tagged commit's time.</param>
internal sealed record BuildOrder(Recipe Recipe, PackageVersion Version, string SourceRef, Timestamp Timestamp);

/// <summary>Runs <c>peipkg-build build</c> for one attempt.</summary>
internal sealed class PackageBuild(
    ToolSet tools, ManagerConfig config, StateLayout layout, ChildEnvironment environment, ChildRunner children)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    // A log tells more than the build: what fetching wrote, and headings.
    private const long LogMargin = 8L << 20;

    /// <summary>Builds from the fetched source.</summary>
    /// <returns>The directory that holds the finished packages and nothing else.</returns>
    /// <exception cref="BuildFailureException">peipkg-build failed.</exception>
    /// <exception cref="OperationCanceledException">The manager is stopping at once.</exception>
    public async Task<string> RunAsync(BuildOrder order, long attempt, AttemptLog log, CancellationToken stop)
    {
        string stage = layout.StageOf(attempt);
        string output = Path.Combine(stage, "out");
        string temporary = Path.Combine(stage, "tmp");
        Directory.CreateDirectory(output);
        Directory.CreateDirectory(temporary);

        // Always --x=V: a value that begins with "-" stays a value.
        ChildCommand command = new(
            tools.Build,
            [
                "build",
                $"--recipe={order.Recipe.Document.File}",
                $"--source={layout.SourceOf(attempt)}",
                $"--version={order.Version}",
                $"--source-ref={order.SourceRef}",
                $"--farm-id={config.FarmId}",
                $"--timestamp={order.Timestamp}",
                $"--out={output}",
                $"--sign-key={config.KeyFile}",
            ],
            stage,
            environment.Bare(temporary))
        {
            Name = "peipkg-build",
        };
        log.Heading($"{command.Name} {string.Join(' ', command.Arguments)}");
        ChildLimits limits = LimitsOf(order.Recipe, attempt);
        log.MaxBytes = (limits.Output ?? log.MaxBytes) + LogMargin;
        ChildResult result = await children.RunAsync(command, log, log, limits, stop);
        if (result.End == ChildEnd.Cancelled)
        {
            throw new OperationCanceledException(stop);
        }

        if (!result.Succeeded)
        {
            // A signal from outside (an operator, a machine out of memory) says nothing about the recipe.
            throw new BuildFailureException(
                result.End is ChildEnd.Killed or ChildEnd.DiskFull ? FailureCause.Infrastructure : FailureCause.Recipe,
                $"peipkg-build {result.Describe(limits)}");
        }

        return output;
    }

    private ChildLimits LimitsOf(Recipe recipe, long attempt)
    {
        BuildLimits limits = recipe.Document.Limits.Over(config.Limits.Builds);
        return new ChildLimits(
            limits.Time ?? Timeout.InfiniteTimeSpan, limits.Silence ?? Timeout.InfiniteTimeSpan)
        {
            Grace = Grace,
            Output = limits.Log,
            Resources = new ResourceLimits
            {
                Memory = limits.Memory,
                Cpus = limits.Cpus,
                Processes = limits.Processes,
                Disk = limits.Disk,
                Directories = [layout.StageOf(attempt), layout.SourceOf(attempt)],
            },
        };
    }
}
