using System.Globalization;
using Microsoft.Extensions.Hosting;
using Peipkg.Manager.Operating;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Hosting;

/// <summary>
/// The daemon: polls, builds and syncs until asked to end. Invariants at the end: polling stops first, the running
/// build ends and is published, and only then the last sync runs and the HTTP server goes down.
/// </summary>
internal sealed class FarmWorker(
    Farm farm,
    FarmReload reload,
    ManagerSignals signals,
    ServiceManager service,
    IHostApplicationLifetime lifetime
) : BackgroundService
{
    /// <summary>Why the daemon ended, if not because it was asked to.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host's own token is the drain: it is cancelled when the application is asked to stop, however that came.
        using CancellationTokenSource drain = CancellationTokenSource.CreateLinkedTokenSource(
            stoppingToken,
            signals.Drain
        );
        using CancellationTokenSource ended = new();
        Task watch = service.WatchAsync(farm.IsAlive, ended.Token);
        Task beside = Task.WhenAll(farm.Attendants.RunAsync(ended.Token), farm.Statuses.RunAsync(ended.Token));
        signals.Reload += OnSignal;
        farm.Reload = Reload;
        try
        {
            Task recipes = farm.Source?.RunAsync(drain.Token) ?? Task.CompletedTask;
            Task polls = farm.Polls.RunAsync(drain.Token);
            using CancellationTokenSource syncFinish = new();
            Task syncs = farm.Syncer.RunAsync(syncFinish.Token, signals.Stop);
            Task trials = farm.Trials.RunAsync(drain.Token);
            Task builds = farm.Builds.RunAsync(drain.Token, signals.Stop);
            service.Ready(Status());
            using CancellationTokenRegistration stopping = drain.Token.Register(() =>
                service.Stopping("Waiting for what is under way; a second SIGTERM stops now.")
            );

            // Any of them ending early is a defect; the others must not go on as if nothing had happened.
            Task first = await Task.WhenAny(polls, builds, syncs);
            await drain.CancelAsync();
            await Task.WhenAll(first, recipes, polls, trials, builds);
            await syncFinish.CancelAsync();
            await syncs;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Stopped at once.
        }
#pragma warning disable CA1031 // The host would exit 0 after an exception here; the command line reports it and exits 1.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failure = exception;
        }
        finally
        {
            signals.Reload -= OnSignal;
            farm.Reload = null;
            await ended.CancelAsync();
            await watch;
            await beside;
            lifetime.StopApplication();
        }
    }

    private string Status() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Watching the upstreams of {farm.Roster.Current.Recipes.Count} recipes.{(reload.IsConfigValid ? "" : " The configuration has mistakes and was not reloaded.")}"
        );

    private void OnSignal() => Reload();

    private ReloadOutcome Reload()
    {
        service.Reloading();
        ReloadOutcome outcome = reload.Run();
        service.Ready(Status());
        return outcome;
    }
}
