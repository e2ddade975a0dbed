using Microsoft.Extensions.Logging;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Operating;

/// <summary>What a daemon does beside its work: tell people of events, and remove what is no longer kept.</summary>
internal sealed class Attendants(
    Notifier notifier,
    Housekeeping housekeeping,
    TimeProvider clock,
    ILogger<Notifier> logger
)
{
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    /// <summary>Goes on until stopped; nothing that fails here ends it, or the farm.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(notifier.RunAsync(cancellation), CollectAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The farm has ended.
        }
#pragma warning disable CA1031 // The farm does its work without us; the log says what happened.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            NotifyEvents.Failed(logger, "everybody", "", exception.Message);
        }
    }

    private async Task CollectAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                ActionDocument done = await Task.Run(() => housekeeping.Collect(dryRun: false), cancellation);
                if (done.Changed.Count > 0)
                {
                    NotifyEvents.Collected(logger, done.Message);
                }
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                NotifyEvents.CollectFailed(logger, Boundary.Describe(exception));
            }

            await Task.Delay(Between, clock, cancellation);
        }
    }
}
