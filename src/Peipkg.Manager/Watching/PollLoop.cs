using Microsoft.Extensions.Logging;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Watching;

/// <summary>
/// Polls recipes when <see cref="PollSchedule"/> says so, a bounded number at once. Invariant: a recipe is polled by
/// one task at a time, and a trigger is never lost, since the schedule remembers it until a poll began after it.
/// </summary>
internal sealed class PollLoop(
    RosterHolder roster,
    Poller poller,
    TimeSpan defaultInterval,
    WakeSignal buildsQueued,
    TimeProvider clock,
    ILogger<PollLoop> logger)
{
    /// <summary>Listings under way at once.</summary>
    public const int MaxConcurrent = 8;

    private readonly PollSchedule _schedule = new();
    private readonly Lock _gate = new();
    private readonly WakeSignal _wake = new();

    /// <summary>Polls until stopped; polls under way are abandoned then, they have nothing to lose.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        HashSet<Task> running = [];
        Reload();
        try
        {
            while (true)
            {
                while (running.Count >= MaxConcurrent)
                {
                    running.Remove(await Task.WhenAny(running).WaitAsync(stop));
                }

                DuePoll due = await NextAsync(stop);
                foreach (Task ended in running.Where(task => task.IsCompleted).ToList())
                {
                    running.Remove(ended);
                }

                running.Add(PollOneAsync(due, stop));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(running);
        }
    }

    /// <summary>One poll of every watched recipe, for <c>--once</c>.</summary>
    public async Task PollAllAsync(CancellationToken stop) => await Parallel.ForEachAsync(
        roster.Current.Watched,
        new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrent, CancellationToken = stop },
        async (recipe, cancellation) => await poller.PollAsync(recipe, PollTrigger.Interval, cancellation));

    /// <summary>Takes over the current roster.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            _schedule.Reload(
                roster.Current.Watched.Select(recipe => (recipe.Name, recipe.IntervalUnder(defaultInterval))), clock.GetUtcNow());
        }

        _wake.Set();
    }

    /// <summary>A webhook asks for a poll now.</summary>
    public void Trigger(string recipe)
    {
        lock (_gate)
        {
            _schedule.Trigger(recipe, PollTrigger.Webhook, clock.GetUtcNow());
        }

        _wake.Set();
    }

    private async Task<DuePoll> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            DateTimeOffset? next;
            lock (_gate)
            {
                DateTimeOffset now = clock.GetUtcNow();
                if (_schedule.Take(now) is { } due)
                {
                    return due;
                }

                next = _schedule.NextDue();
            }

            await _wake.WaitAsync(next, clock, stop);
        }
    }

    private async Task PollOneAsync(DuePoll due, CancellationToken stop)
    {
        try
        {
            if (roster.Current.Find(due.Recipe) is { Url: not null } recipe
                && await poller.PollAsync(recipe, due.Trigger, stop))
            {
                buildsQueued.Set();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The database, or something unforeseen: the other recipes are polled on.
            WatchLog.Failed(logger, due.Recipe, e.Message);
        }
        finally
        {
            lock (_gate)
            {
#pragma warning disable CA5394 // Jitter is no secret.
                _schedule.Complete(due.Recipe, clock.GetUtcNow(), Random.Shared.NextDouble());
#pragma warning restore CA5394
            }

            _wake.Set();
        }
    }
}
