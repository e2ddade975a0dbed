using Microsoft.Extensions.Logging;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Publishes the indexes with a new time when nothing was published for long: otherwise consumers could not tell a farm
/// without news from a server that withholds them.
/// </summary>
internal sealed class IndexRenewal(
    StateLayout layout,
    RepositoryState repository,
    RepoTool tool,
    RepositoryGate gate,
    PublishingHold hold,
    TimeProvider clock,
    ILogger<IndexRenewal> logger
)
{
    /// <summary>How old indexes become; auditors complain of 90 days.</summary>
    internal static readonly TimeSpan Age = TimeSpan.FromDays(30);

    /// <summary>Likewise while a key is being replaced: a publication in the last week of its transition hands over repo.json.</summary>
    internal static readonly TimeSpan AgeInTransition = TimeSpan.FromDays(5);

    /// <summary>Renews the indexes if they are old and nothing holds publishing up; what fails is logged and tried again.</summary>
    /// <exception cref="OperationCanceledException">The manager is stopping.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            using IDisposable held = await gate.EnterAsync(stop);
            if (!IsDue() || hold.Find(() => null) is not null)
            {
                return;
            }

            string nothing = Path.Combine(layout.Stage, "nothing");
            TreeRemoval.Remove(nothing);
            Directory.CreateDirectory(nothing);
            await tool.PublishAsync(nothing, stop);
            PublishEvents.Renewed(logger, repository.Published().Generation);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            PublishEvents.RenewalFailed(logger, Boundary.Describe(exception));
        }
    }

    private bool IsDue()
    {
        PublishedPackages published = repository.Published();
        if (repository.Descriptor() is not { } descriptor)
        {
            return false;
        }

        bool hands = descriptor.Keys.Any(key => key.Status == KeyStatus.Transitioning);
        DateTimeOffset made = DateTimeOffset.FromUnixTimeSeconds(published.GeneratedAt.UnixSeconds);
        return clock.GetUtcNow() - made > (hands ? AgeInTransition : Age);
    }
}
