using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>Lists an upstream's tags with <c>git ls-remote</c>.</summary>
/// <param name="git">Runs git.</param>
/// <param name="layout">Where it runs.</param>
/// <param name="timeout">How long a listing may take.</param>
internal sealed class TagLister(GitRunner git, StateLayout layout, Func<TimeSpan> timeout)
{
    /// <summary>The most that a server may answer: some 100,000 annotated tags of usual length.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>The memory that git may need for it: it holds the whole answer before it prints any of it.</summary>
    public const long MaxMemory = 256L << 20;

    /// <exception cref="GitException">The upstream did not answer, or not with a list of tags.</exception>
    public async Task<IReadOnlyList<ListedTag>> ListAsync(GitAddress upstream, CancellationToken stop)
    {
        BoundedOutput output = new(MaxBytes);

        // Everything is printed at the end: silence says nothing.
        ChildLimits limits = new(timeout(), Timeout.InfiniteTimeSpan)
        {
            Grace = TimeSpan.FromSeconds(5),
            Resources = new ResourceLimits { Memory = MaxMemory },
        };
        await git.RunAsync(
            upstream,
            new GitPlace(layout.Git),
            limits,
            output,
            log: null,
            stop,
            "ls-remote",
            "--quiet",
            "--tags",
            "--",
            upstream.Text
        );
        return TagListing.Parse(output.Content);
    }
}
