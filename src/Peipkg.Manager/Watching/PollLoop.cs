using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Watching;

/// <summary>
/// Polls recipes when <see cref="PollSchedule"/> says so, a bounded number at once. Invariant: a recipe is polled by
/// one task at a time, and a trigger is never lost, since the schedule remembers it until a poll began after it.
/// </summary>
internal sealed class PollLoop(
    RosterHolder roster,
    Poller poller,
    ConfigHolder config,
    HostGate hosts,
    WakeSignal buildsQueued,
    TimeProvider clock,
    ILogger<PollLoop> logger
)
{
    private readonly PollSchedule _schedule = new(hosts);
    private readonly Lock _gate = new();
    private readonly WakeSignal _wake = new();

    private int MaxConcurrent => config.Current.Polling.MaxConcurrent;

    /// <summary>Polls until stopped; polls under way are abandoned then, they have nothing to lose.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        HashSet<Task> running = [];
        Reload();
        try
        {
            while (true)
            {
                while (running.Count >= MaxConcurrent)
                {
                    running.Remove(await Task.WhenAny(running).WaitAsync(cancellation));
                }

                DuePoll due = await NextAsync(cancellation);
                running.RemoveWhere(task => task.IsCompleted);
                running.Add(PollOneAsync(due, cancellation));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Task.WhenAll(running);
        }
    }

    /// <summary>One poll of every watched recipe, for <c>--once</c>.</summary>
    /// <returns>True when every upstream answered.</returns>
    public async Task<bool> PollAllAsync(CancellationToken cancellation)
    {
        bool answered = true;
        HashSet<Task<PollResult>> running = [];
        HashSet<string> left = [.. roster.Current.Watched.Select(recipe => recipe.Name)];
        Reload();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            while (left.Count > 0 && running.Count < MaxConcurrent && Take() is { } due)
            {
                left.Remove(due.Recipe);
                running.Add(PollOneAsync(due, cancellation));
            }

            if (running.Count == 0)
            {
                break;
            }

            Task<PollResult> ended = await Task.WhenAny(running);
            running.Remove(ended);
            answered &= (await ended).Answered;
        }

        // Waiting for a host that cools down could take an hour; the next run asks it again.
        foreach (string recipe in left.Order(StringComparer.Ordinal))
        {
            answered = false;
            WatchEvents.Failed(logger, recipe, "its host is left alone for a while after what it answered before");
        }

        return answered;
    }

    /// <summary>Takes over the current roster and <c>[poll]</c>; reads the recipes' folders to see which have changed.</summary>
    public void Reload()
    {
        ManagerConfig current = config.Current;
        List<PollTarget> targets =
        [
            .. roster.Current.Watched.Select(recipe => new PollTarget(
                recipe.Name,
                recipe.Digest() ?? recipe.Url!.Text,
                recipe.Url!.Authority,
                recipe.IntervalUnder(current.DefaultInterval)
            )),
        ];
        lock (_gate)
        {
            hosts.MaxPerHost = current.Polling.MaxPerHost;
            _schedule.Reload(targets, clock.GetUtcNow());
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

    /// <summary>Whether it is not known yet what a recipe's upstream has: its poll is under way or due.</summary>
    public bool IsPending(string recipe)
    {
        lock (_gate)
        {
            return _schedule.IsPending(recipe, clock.GetUtcNow());
        }
    }

    private DuePoll? Take()
    {
        lock (_gate)
        {
            return _schedule.Take(clock.GetUtcNow());
        }
    }

    private async Task<DuePoll> NextAsync(CancellationToken cancellation)
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

                next = _schedule.NextDue(now);
            }

            await _wake.WaitAsync(next, clock, cancellation);
        }
    }

    private async Task<PollResult> PollOneAsync(DuePoll due, CancellationToken cancellation)
    {
        PollResult result = PollResult.Failed;
        try
        {
            if (roster.Current.Find(due.Recipe) is { Url: not null } recipe)
            {
                result = await poller.PollAsync(recipe, due.Trigger, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            // The database, or something unforeseen: the other recipes are polled on.
            WatchEvents.Failed(logger, due.Recipe, Boundary.Describe(exception));
        }
        finally
        {
            TimeSpan? pause;
            lock (_gate)
            {
#pragma warning disable CA5394 // Jitter is no secret.
                pause = _schedule.Complete(due, result, clock.GetUtcNow(), Random.Shared.NextDouble());
#pragma warning restore CA5394
            }

            if (pause is { } time)
            {
                WatchEvents.HostCools(logger, due.Host, due.Recipe, time);
            }

            _wake.Set();

            // Also without anything queued: builds wait for the polls of what they depend on.
            buildsQueued.Set();
        }

        return result;
    }
}
