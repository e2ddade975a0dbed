namespace Peipkg.Manager.Upstreams;

/// <summary>An upstream could not be listed or fetched. The message is one sentence.</summary>
internal class UpstreamException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the upstream's content is at fault, not the way to it: trying again will not help.</summary>
    public bool IsUpstreamsFault { get; init; }
}
