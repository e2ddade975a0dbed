using Microsoft.Extensions.Logging;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Publishes what no build publishes: verdicts of rebuilds that wait, and the indexes with a new time when nothing was
/// published for long, since otherwise consumers could not tell a farm without news from a server that withholds them.
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

    /// <summary>Publishes it if nothing holds publishing up; what fails is logged and tried again.</summary>
    /// <exception cref="OperationCanceledException">The manager is stopping.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            using IDisposable held = await gate.EnterAsync(stop);
            if (hold.Find(() => null) is not null)
            {
                return;
            }

            await PublishVerdictsAsync(stop);
            if (!IsDue())
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

    private async Task PublishVerdictsAsync(CancellationToken stop)
    {
        while (Directory.Exists(layout.Verdicts) && Directory.GetFiles(layout.Verdicts) is { Length: > 0 } waiting)
        {
            try
            {
                await tool.PublishAsync(layout.Verdicts, stop);
            }
            catch (RefusedException exception)
            {
                waiting = [.. waiting.Where(file => exception.Reasons[Path.GetFileName(file)].Any())];
                PublishEvents.VerdictsRefused(logger, [.. waiting.Select(Path.GetFileName)!], exception.Message);
                if (waiting.Length == 0)
                {
                    return;
                }
            }

            foreach (string file in waiting)
            {
                File.Delete(file);
            }
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
