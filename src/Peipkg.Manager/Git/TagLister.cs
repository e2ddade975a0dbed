using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.World;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>Lists an upstream's tags with <c>git ls-remote</c>.</summary>
/// <param name="git">Runs git.</param>
/// <param name="layout">Where it runs.</param>
/// <param name="timeout">How long a listing may take.</param>
internal sealed class TagLister(GitRunner git, StateLayout layout, Func<TimeSpan> timeout)
{
    /// <exception cref="GitException">The upstream did not answer, or not with a list of tags.</exception>
    public async Task<IReadOnlyList<ListedTag>> ListAsync(GitAddress upstream, CancellationToken cancellation)
    {
        BoundedOutput output = new(ManagerLimits.TagListBytes);

        // Everything is printed at the end: silence says nothing.
        ChildLimits limits = new(timeout(), Timeout.InfiniteTimeSpan)
        {
            Grace = TimeSpan.FromSeconds(5),
            Resources = new ResourceLimits { Memory = ManagerLimits.TagListMemory },
        };
        await git.RunAsync(
            upstream,
            new GitPlace(layout.Git),
            limits,
            output,
            log: null,
            cancellation,
            "ls-remote",
            "--quiet",
            "--tags",
            "--",
            upstream.Text
        );
        return TagListing.Parse(output.Content);
    }
}
