using Peipkg.Manager.Configuration;
using Peipkg.Manager.Storage;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Syncing;

/// <summary>
/// Brings every target to the local generation, each at its own pace and one sync at a time: whatever was published
/// while a sync ran goes out with the next. What is out there is remembered by fingerprint, so a failed, killed or
/// forgotten sync is repeated on its own, without building or publishing anything again.
/// </summary>
internal sealed class Syncer : IDisposable
{
    private readonly TargetSyncer[] _packages;
    private readonly TargetSyncer[] _repositories;
    private readonly BuildMoves _moves;

    /// <param name="targets">All of them, each with what it needs.</param>
    /// <param name="moves">Told what has reached every target.</param>
    public Syncer(IReadOnlyList<TargetSyncer> targets, BuildMoves moves)
    {
        _moves = moves;
        _packages = [.. targets.Where(t => t.Target.Config.Content == UploadContent.Packages)];
        _repositories = [.. targets.Where(t => t.Target.Config.Content == UploadContent.Repository)];
        foreach (TargetSyncer target in targets)
        {
            target.Reached += Reached;
        }

        // An index is not let out before the packages it names are.
        foreach (TargetSyncer repository in _repositories)
        {
            repository.WaitsFor = _packages;
        }
    }

    private IEnumerable<TargetSyncer> All => _packages.Concat(_repositories);

    /// <summary>Asks the loops to look whether their targets are behind.</summary>
    public void Request()
    {
        foreach (TargetSyncer target in All)
        {
            target.Request();
        }
    }

    /// <summary>Syncs after each request, and again when a failed sync is due, until stopped.</summary>
    /// <param name="finish">Cancelled: sync what is behind once more, then return.</param>
    /// <param name="stop">Cancelled: give up at once.</param>
    public async Task RunAsync(CancellationToken finish, CancellationToken stop)
    {
        TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = finish.Register(finished.SetResult);
        await Task.WhenAll(All.Select(target => target.RunAsync(finish, stop)).Append(finished.Task));
        await SyncAllAsync(force: false, stop);
    }

    /// <summary>Syncs every target that is behind, and looks at what is served.</summary>
    /// <param name="force">Also before the next attempt of a failed sync is due.</param>
    /// <param name="stop">Cancelled: the manager is stopping at once.</param>
    public async Task SyncAsync(bool force, CancellationToken stop)
    {
        await SyncAllAsync(force, stop);
        await Task.WhenAll(_repositories.Select(target => target.CheckUntilKnownAsync(stop)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TargetSyncer target in All)
        {
            target.Dispose();
        }
    }

    /// <summary>Removes what targets that are no longer configured left behind.</summary>
    /// <exception cref="IOException">Something cannot be removed.</exception>
    public static void Clear(StateLayout layout, IReadOnlyList<SyncTarget> targets)
    {
        foreach (string directory in Directory.EnumerateDirectories(layout.Sync))
        {
            if (!targets.Any(target => TargetSyncer.DirectoryOf(layout, target) == directory))
            {
                TreeRemoval.Remove(directory);
            }
        }
    }

    private async Task SyncAllAsync(bool force, CancellationToken stop)
    {
        await Task.WhenAll(_packages.Select(target => target.SyncAsync(force, stop)));
        await Task.WhenAll(_repositories.Select(target => target.SyncAsync(force, stop)));
    }

    private void Reached(TargetSyncer target)
    {
        _moves.Synced(All.Min(each => each.Generation));
        if (_packages.Contains(target))
        {
            foreach (TargetSyncer repository in _repositories)
            {
                repository.Request();
            }
        }
    }
}
