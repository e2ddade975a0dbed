using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Publishing;

/// <summary>An attempt failed, for a reason that belongs into the log and the database.</summary>
internal sealed class BuildFailureException(FailureCause cause, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public FailureCause Cause { get; } = cause;

    /// <summary>Whether it may be the pool that is at fault, not the build.</summary>
    public bool IsPools { get; init; }
}
