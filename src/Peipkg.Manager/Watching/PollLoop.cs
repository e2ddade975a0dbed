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

    /// <summary>
    /// One poll of every watched recipe, for <c>--once</c>. A host that wants to be left alone is waited for, and whoever it
    /// turned away asks once more, so that the trouble of one recipe keeps no other from its poll.
    /// </summary>
    /// <returns>True when every upstream answered.</returns>
    public async Task<bool> PollAllAsync(CancellationToken cancellation)
    {
        DateTimeOffset patience = clock.GetUtcNow() + ManagerLimits.OncePatience;
        Dictionary<Task<PollResult>, string> running = [];
        HashSet<string> left = [.. roster.Current.Watched.Select(recipe => recipe.Name)];
        HashSet<string> again = new(StringComparer.Ordinal);
        HashSet<string> failed = new(StringComparer.Ordinal);
        Reload();
        while (left.Count + running.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            while (running.Count < MaxConcurrent && Take(left) is { } due)
            {
                left.Remove(due.Recipe);
                running.Add(PollOneAsync(due, cancellation), due.Recipe);
            }

            if (running.Count > 0)
            {
                Task<PollResult> ended = await Task.WhenAny(running.Keys);
                running.Remove(ended, out string? recipe);
                PollResult result = await ended;
                _ = result.Answered ? failed.Remove(recipe!) : failed.Add(recipe!);
                if (result.Host == HostMood.Overloaded && again.Add(recipe!))
                {
                    Trigger(recipe!, PollTrigger.Interval);
                    left.Add(recipe!);
                }
            }
            else if (NextDue(left) is { } next && next <= patience)
            {
                await _wake.WaitAsync(next, clock, cancellation);
            }
            else
            {
                break;
            }
        }

        foreach (string recipe in left.Order(StringComparer.Ordinal))
        {
            WatchEvents.Failed(logger, recipe, "its host is left alone for a while after what it answered before");
        }

        return left.Count + failed.Count == 0;
    }

    /// <summary>Takes over the current roster and <c>[poll]</c>; reads the recipes' folders to see which have changed.</summary>
    public void Reload()
    {
        ManagerConfig current = config.Current;
        List<PollTarget> targets =
        [
            .. roster.Current.Watched.Select(recipe => new PollTarget(
                recipe.Name,
                recipe.Digest() ?? recipe.Address!,
                recipe.Document.Upstream!.Authority,
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
    public void Trigger(string recipe) => Trigger(recipe, PollTrigger.Webhook);

    /// <summary>Whether it is not known yet what a recipe's upstream has: its poll is under way or due.</summary>
    public bool IsPending(string recipe)
    {
        lock (_gate)
        {
            return _schedule.IsPending(recipe, clock.GetUtcNow());
        }
    }

    private void Trigger(string recipe, PollTrigger trigger)
    {
        lock (_gate)
        {
            _schedule.Trigger(recipe, trigger, clock.GetUtcNow());
        }

        _wake.Set();
    }

    private DuePoll? Take(HashSet<string> among)
    {
        lock (_gate)
        {
            return _schedule.Take(clock.GetUtcNow(), among);
        }
    }

    private DateTimeOffset? NextDue(HashSet<string> among)
    {
        lock (_gate)
        {
            return _schedule.NextDue(clock.GetUtcNow(), among);
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
            if (roster.Current.Find(due.Recipe) is { IsWatched: true } recipe)
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
