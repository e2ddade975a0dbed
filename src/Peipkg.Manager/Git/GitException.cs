using Peipkg.Manager.Processes;

namespace Peipkg.Manager.Git;

/// <summary>An upstream could not be listed or fetched. The message is one sentence, with git's own last words.</summary>
internal sealed class GitException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the upstream's content is at fault, not the way to it: trying again will not help.</summary>
    public bool IsUpstreamsFault { get; init; }

    /// <summary>How git ended; null when it was not git that failed.</summary>
    public ChildEnd? End { get; init; }
}
