using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Trials;

/// <summary>
/// Runs the trials of the database, a few at once. A request whose trial was interrupted begins again when the manager
/// does; an operator's does not, since nobody waits for it any more.
/// </summary>
/// <param name="runner">Leads each.</param>
/// <param name="check">Judges requests; null where there is no <c>[forge]</c>.</param>
/// <param name="store">The trials.</param>
/// <param name="layout">Where they are.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">For events.</param>
internal sealed class TrialLoop(
    TrialRunner runner,
    RequestCheck? check,
    TrialStore store,
    StateLayout layout,
    TimeProvider clock,
    ILogger<TrialLoop> logger
)
{
    /// <summary>How long what a trial made is kept after it ended.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const int MostAtOnce = 4;

    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private readonly WakeSignal _wake = new();
    private readonly ConcurrentDictionary<long, Running> _running = new();

    /// <summary>There is a new trial, or one may begin now.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Before anything begins: removes what the last run left unfinished.</summary>
    public void Begin()
    {
        store.Requeue();
        Clear();
    }

    /// <summary>Stops a trial.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="reason">Why.</param>
    /// <param name="by">Who did it.</param>
    /// <returns>False when it has ended.</returns>
    public bool Cancel(TrialRecord trial, string reason, string? by)
    {
        bool moved = store.Move(
            trial.Id,
            [TrialState.Received, TrialState.Waiting, TrialState.Queued, TrialState.Running],
            TrialState.Cancelled,
            reason,
            by
        );
        if (moved && _running.TryGetValue(trial.Id, out Running? running))
        {
            try
            {
                running.Cancellation.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }

        return moved;
    }

    /// <summary>Removes what belongs to no trial that is kept; those that ended a while ago are forgotten with it.</summary>
    public void Clear()
    {
        foreach (TrialRecord old in store.EndedBefore(clock.GetUtcNow() - Kept))
        {
            TreeRemoval.Remove(layout.TrialOf(old.Id));
            store.Remove(old.Id);
        }

        if (!Directory.Exists(layout.Trials))
        {
            return;
        }

        foreach (string directory in Directory.EnumerateDirectories(layout.Trials))
        {
            if (
                !long.TryParse(Path.GetFileName(directory), out long id)
                || (
                    !_running.ContainsKey(id)
                    && store.Find(id)
                        is not {
                            State: TrialState.Running or TrialState.Passed or TrialState.Failed or TrialState.Error
                        }
                )
            )
            {
                TreeRemoval.Remove(directory);
            }
        }
    }

    /// <summary>Runs whatever there is until the manager ends.</summary>
    /// <param name="drain">Cancelled: stop what runs; it begins again another time.</param>
    public async Task RunAsync(CancellationToken drain)
    {
        DateTimeOffset cleared = clock.GetUtcNow();
        while (!drain.IsCancellationRequested)
        {
            try
            {
                await LookAsync(drain);
                if (clock.GetUtcNow() - cleared > TimeSpan.FromHours(1))
                {
                    cleared = clock.GetUtcNow();
                    Clear();
                }

                await _wake.WaitAsync(clock.GetUtcNow() + Between, clock, drain);
            }
            catch (OperationCanceledException) when (drain.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                TrialEvents.LoopFailed(logger, Boundary.Describe(exception));
                await Task.Delay(TimeSpan.FromSeconds(10), clock, drain)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_running.Values.Select(running => running.Work))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LookAsync(CancellationToken drain)
    {
        foreach (TrialRecord trial in store.Open())
        {
            if (trial.State == TrialState.Received && check is not null)
            {
                await check.JudgeAsync(trial, drain);
            }
        }

        foreach (TrialRecord trial in store.Open().Where(trial => trial.State == TrialState.Queued))
        {
            if (_running.Count >= MostAtOnce)
            {
                return;
            }

            if (store.Move(trial.Id, [TrialState.Queued], TrialState.Running, ""))
            {
                Running running = new(CancellationTokenSource.CreateLinkedTokenSource(drain));
                _running[trial.Id] = running;
                running.Work = Task.Run(() => LeadAsync(trial, running, drain), CancellationToken.None);
            }
        }
    }

    private async Task LeadAsync(TrialRecord trial, Running running, CancellationToken drain)
    {
        TrialEvents.Starting(logger, trial.Id, trial.Source, trial.Commit, trial.Request);
        try
        {
            (TrialState state, string detail) = await runner.RunAsync(trial, running.Cancellation.Token);
            store.Move(trial.Id, [TrialState.Running], state, detail);
            TrialEvents.Ended(logger, trial.Id, trial.Source, state.Text(), detail);
        }
        catch (OperationCanceledException)
            when (drain.IsCancellationRequested || running.Cancellation.IsCancellationRequested)
        {
            TreeRemoval.Remove(layout.TrialOf(trial.Id));
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            TrialEvents.LoopFailed(logger, Boundary.Describe(exception));
            try
            {
                store.Move(trial.Id, [TrialState.Running], TrialState.Error, Boundary.Describe(exception));
            }
            catch (StorageException again)
            {
                TrialEvents.LoopFailed(logger, again.Message);
            }
        }
        finally
        {
            _running.TryRemove(trial.Id, out _);
            running.Cancellation.Dispose();
            _wake.Set();
        }
    }

    private sealed class Running(CancellationTokenSource cancellation)
    {
        public CancellationTokenSource Cancellation { get; } = cancellation;

        public Task Work { get; set; } = Task.CompletedTask;
    }
}

/// <summary>Events of trials.</summary>
internal static partial class TrialEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "trying recipes")]
    public static partial void Starting(ILogger logger, long trial, string source, string? commit, long? request);

    [LoggerMessage(Level = LogLevel.Information, Message = "recipes tried")]
    public static partial void Ended(ILogger logger, long trial, string source, string result, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "a trial of recipes could not be led")]
    public static partial void LoopFailed(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "request received")]
    public static partial void Received(ILogger logger, long request, string commit, string? author, string? sender);

    [LoggerMessage(Level = LogLevel.Information, Message = "request judged")]
    public static partial void Judged(ILogger logger, long trial, long? request, string state, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the forge was not told")]
    public static partial void NotTold(ILogger logger, long trial, string error, int failures);
}
