using Peipkg.Manager.Processes;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>A git upstream could not be listed or fetched. The message holds git's own last words.</summary>
internal sealed class GitException(string message, Exception? inner = null) : UpstreamException(message, inner)
{
    /// <summary>How git ended; null when it was not git that failed.</summary>
    public ChildEnd? End { get; init; }

    /// <summary>Its exit status; 0 when it did not exit.</summary>
    public int Code { get; init; }
}
