using Microsoft.Extensions.Logging;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Operating;

/// <summary>What a daemon does beside its work: tell people of events, remove what is no longer kept, renew old indexes.</summary>
internal sealed class Attendants(
    Notifier notifier,
    Housekeeping housekeeping,
    IndexRenewal renewal,
    FarmClock own,
    TroubleWatch troubles,
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
            await Task.WhenAll(notifier.RunAsync(cancellation), CollectAsync(cancellation), WatchAsync(cancellation));
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

    /// <summary>Before a single sweep.</summary>
    public void Begin() => notifier.Begin();

    /// <summary>After a single sweep: tells of what happened, and removes what is no longer kept.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        try
        {
            troubles.Look();
            await notifier.FinishAsync(cancellation);
            Collect();
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            NotifyEvents.Failed(logger, "everybody", "", Boundary.Describe(exception));
        }
    }

    private async Task CollectAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Run(Collect, cancellation);
            await renewal.RunAsync(cancellation);
            await Task.Delay(Between, clock, cancellation);
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(TroubleWatch.Between, clock, cancellation);
            try
            {
                troubles.Look();
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                NotifyEvents.Failed(logger, "the database", "", Boundary.Describe(exception));
            }
        }
    }

    private void Collect()
    {
        try
        {
            own.Note();
            ActionDocument done = housekeeping.Collect(dryRun: false);
            if (done.Changed.Count > 0)
            {
                NotifyEvents.Collected(logger, done.Message);
            }
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            NotifyEvents.CollectFailed(logger, Boundary.Describe(exception));
        }
    }
}
