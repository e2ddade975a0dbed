using Microsoft.Extensions.Logging;
using Peipkg.Format;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Syncing;

/// <summary>
/// Brings the target to the local generation. What is out there is remembered by fingerprint, so a failed, killed or
/// forgotten sync is repeated on its own, without building or publishing anything again.
/// </summary>
internal sealed class Syncer(
    SyncTarget? target,
    ToolSet tools,
    StateLayout layout,
    RepositoryState repository,
    RepositoryGate gate,
    SyncStore store,
    BuildStore builds,
    ChildEnvironment environment,
    ChildRunner children,
    WakeSignal wake,
    TimeProvider clock,
    ILogger<Syncer> logger)
{
    /// <summary>Asks the loop to look whether the target is behind.</summary>
    public void Request() => wake.Set();

    /// <summary>Syncs after each request, and again when a failed sync is due, until stopped.</summary>
    /// <param name="finish">Cancelled: sync what is behind once more, then return.</param>
    /// <param name="stop">Cancelled: give up at once.</param>
    public async Task RunAsync(CancellationToken finish, CancellationToken stop)
    {
        while (!finish.IsCancellationRequested)
        {
            DateTimeOffset? next = null;
            try
            {
                await SyncAsync(force: false, stop);
                next = target is null ? null : store.Get(target.Key).NextAttempt;
            }
            catch (StorageException e)
            {
                SyncLog.StorageFailed(logger, e.Message);
            }

            try
            {
                await wake.WaitAsync(next, clock, finish);
            }
            catch (OperationCanceledException) when (finish.IsCancellationRequested)
            {
                break;
            }
        }

        await SyncAsync(force: false, stop);
    }

    /// <summary>Syncs if the target is behind.</summary>
    /// <param name="force">Also before the next attempt of a failed sync is due.</param>
    /// <param name="stop">Cancelled: the manager is stopping at once.</param>
    public async Task SyncAsync(bool force, CancellationToken stop)
    {
        if (target is null || !repository.Exists)
        {
            return;
        }

        using IDisposable held = await gate.EnterAsync(stop);
        string fingerprint = repository.Fingerprint();
        SyncTargetRecord known = store.Get(target.Key);
        if (known.Fingerprint == fingerprint)
        {
            builds.FinishSyncing(known.Generation);
            return;
        }

        if (!force && known.NextAttempt is { } due && due > clock.GetUtcNow())
        {
            return;
        }

        long started = clock.GetTimestamp();
        try
        {
            ulong generation = repository.Published().Generation;
            await CopyAsync(target, stop);
            store.Succeeded(target.Key, target.Backend, target.DisplayRemote, fingerprint, (long)generation);
            builds.FinishSyncing((long)generation);
            SyncLog.Complete(logger, target.Backend, target.DisplayRemote, generation, clock.GetElapsedTime(started));
        }
        catch (Exception e) when (e is SyncException or ChildStartException or FormatViolationException or IOException or UnauthorizedAccessException)
        {
            int failures = known.Failures + 1;
            TimeSpan delay = BackoffSchedule.Infrastructure.DelayAfter(failures);
            store.Failed(target.Key, target.Backend, target.DisplayRemote, e.Message, clock.GetUtcNow() + delay);
            SyncLog.Failed(logger, target.Backend, target.DisplayRemote, e.Message, failures, delay);
        }
    }

    private async Task CopyAsync(SyncTarget destination, CancellationToken stop)
    {
        using AttemptLog log = new(Path.Combine(layout.Logs, "sync.log"), clock);
        foreach (IReadOnlyList<string> step in destination.Steps(repository.Directory))
        {
            // The remote is last and may hold a secret.
            log.Heading($"{destination.Backend} {string.Join(' ', step.SkipLast(1))} {destination.DisplayRemote}");
            ChildCommand command = new(tools.Sync!, step, layout.Root, environment.Whole());
            TailOutput words = new();
            ChildResult result = await children.RunAsync(
                command, log, new BothOutputs(words, log), destination.Limits, stop);
            if (result.End == ChildEnd.Cancelled)
            {
                throw new OperationCanceledException(stop);
            }

            if (!result.Succeeded)
            {
                string said = words.Text().Replace(destination.Remote, destination.DisplayRemote, StringComparison.Ordinal);
                throw new SyncException($"{command.Name} {result.Describe(destination.Limits)}: {said}");
            }
        }
    }

    private sealed class SyncException(string message) : Exception(message);
}
