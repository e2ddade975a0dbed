using Microsoft.Extensions.Logging;
using Peipkg.Format;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;

namespace Peipkg.Manager.Building;

/// <summary>
/// Takes due stories from the database, one after another. The database is the queue: what is not done when the
/// process ends is due again when the next one starts.
/// </summary>
internal sealed class BuildLoop(
    BuildRunner runner,
    BuildStore builds,
    AttemptStore attempts,
    Syncer syncer,
    WakeSignal wake,
    TimeProvider clock,
    ILogger<BuildLoop> logger)
{
    private static readonly TimeSpan StoragePause = TimeSpan.FromSeconds(30);

    /// <summary>Builds whatever becomes due.</summary>
    /// <param name="drain">Cancelled: end the running build, begin no other.</param>
    /// <param name="stop">Cancelled: stop the running build too.</param>
    public async Task RunAsync(CancellationToken drain, CancellationToken stop)
    {
        bool abandoned = false;
        try
        {
            while (!drain.IsCancellationRequested)
            {
                try
                {
                    if (abandoned)
                    {
                        // The last round ended in the middle of a build, and the database could not be told.
                        attempts.Requeue();
                        abandoned = false;
                    }

                    await RunDueAsync(drain, stop);
                    await wake.WaitAsync(builds.NextDue(), clock, drain);
                }
                catch (Exception e) when (e is StorageException or FormatViolationException or IOException or UnauthorizedAccessException)
                {
                    // Neither the database nor the archive index: nothing can be decided. The disk may recover.
                    abandoned = true;
                    BuildLog.StorageFailed(logger, e.Message);
                    await Task.Delay(StoragePause, clock, drain);
                }
            }
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            // Drained, or stopped at once: what was under way is in the database.
        }
    }

    /// <summary>Builds until nothing is due, for <c>--once</c> and each round of the loop.</summary>
    public async Task RunDueAsync(CancellationToken drain, CancellationToken stop)
    {
        while (!drain.IsCancellationRequested
            && BuildChoice.Next(builds.Due(clock.GetUtcNow()), builds.LastStarted()) is { } build)
        {
            try
            {
                await runner.RunAsync(build, stop);
                syncer.Request();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                BuildLog.Interrupted(logger, build.Recipe, build.Version);
                throw;
            }
        }
    }
}
