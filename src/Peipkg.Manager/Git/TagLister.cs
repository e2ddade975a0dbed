using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Git;

/// <summary>Lists an upstream's tags with <c>git ls-remote</c>.</summary>
internal sealed class TagLister(GitRunner git, StateLayout layout)
{
    /// <summary>The most that a server may answer: some 100,000 annotated tags of usual length.</summary>
    public const int MaxBytes = 32 << 20;

    private static readonly ChildLimits Limits = new(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1));

    /// <exception cref="GitException">The upstream did not answer, or not with a list of tags.</exception>
    public async Task<IReadOnlyList<ListedTag>> ListAsync(UpstreamUrl upstream, CancellationToken stop)
    {
        BoundedOutput output = new(MaxBytes);
        await git.RunAsync(
            upstream, layout.Git, Limits, output, log: null, stop, "ls-remote", "--quiet", "--tags", "--", upstream.Text);
        return TagListing.Parse(output.Content);
    }
}
