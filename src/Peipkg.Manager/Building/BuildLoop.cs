using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Building;

/// <summary>
/// Takes due builds from the database, several at once. The database is the queue: what is not done when the
/// process ends is due again when the next one starts. Invariants: a build is led by one task at a time, and a recipe
/// begins nothing while one that it depends on has work that is due, under way, or still to be found by a poll.
/// </summary>
/// <param name="pools">Where builds run, and how many at once.</param>
/// <param name="runner">Leads each.</param>
/// <param name="reproducer">Builds again what is published, while nothing else is to be done; one at a time.</param>
/// <param name="builds">The queue.</param>
/// <param name="moves">For what a failed database left open.</param>
/// <param name="roster">Who depends on whom.</param>
/// <param name="repository">What is published, and needs what.</param>
/// <param name="isPending">Whether it is not known yet what a recipe's upstream has.</param>
/// <param name="disk">Whether builds may begin.</param>
/// <param name="spare">What takes the places that are left.</param>
/// <param name="isPaused">Whether an operator wants nothing to begin.</param>
/// <param name="syncer">Told after each publish.</param>
/// <param name="wake">Set when something was queued, and when a build ends.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">For events.</param>
internal sealed class BuildLoop(
    PoolBoard pools,
    BuildRunner runner,
    Reproducer reproducer,
    BuildStore builds,
    BuildMoves moves,
    RosterHolder roster,
    RepositoryState repository,
    Func<string, bool> isPending,
    DiskGuard disk,
    SpareSlots spare,
    Func<bool> isPaused,
    Syncer syncer,
    WakeSignal wake,
    TimeProvider clock,
    ILogger<BuildLoop> logger
)
{
    /// <summary>What is said of a build that nothing keeps from beginning.</summary>
    public const string BeginsNow = "begins now";

    private static readonly TimeSpan StoragePause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DiskPause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<long, Running> _running = new();

    // What is wanted does not wait for it: it is no part of what is running, and gives way.
    private Running? _reproduction;

    // Nobody else begins anything; asking the database each time takes ever longer as the history grows.
    private Dictionary<string, DateTimeOffset>? _lastStarted;

    // Builds have the numbers above 0.
    private long _lastSpare;
    private (RecipeRoster Roster, PublishedPackages Published, RecipeDependencies Order)? _order;

    /// <summary>Why nothing is begun although it is due; null while all is well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Builds whatever becomes due.</summary>
    /// <param name="drain">Cancelled: end the running builds, begin no other.</param>
    /// <param name="stop">Cancelled: stop the running builds too.</param>
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
                        // The last round ended in the middle of builds, and the database could not be told.
                        moves.Requeue();
                        abandoned = false;
                    }

                    await WorkAsync(untilIdle: false, drain, stop);
                }
                catch (Exception exception) when (Boundary.Holds(exception))
                {
                    // Neither the database nor the archive index, or no threads: nothing can be decided. It may recover.
                    abandoned = true;
                    Trouble = Boundary.Describe(exception);
                    BuildEvents.StorageFailed(logger, Trouble);
                    await Task.Delay(StoragePause, clock, drain);
                }
            }
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            // Drained, or stopped at once: what was under way is in the database.
        }
    }

    /// <summary>Builds until nothing is due, for <c>--once</c>.</summary>
    public Task RunDueAsync(CancellationToken drain, CancellationToken stop) => WorkAsync(untilIdle: true, drain, stop);

    /// <summary>Stops a build that is under way, for an operator; its children are ended and it is held.</summary>
    /// <param name="buildId">The build.</param>
    /// <param name="order">What becomes of it.</param>
    /// <returns>False when it is not under way.</returns>
    public bool Cancel(long buildId, StopOrder order)
    {
        if (!_running.TryGetValue(buildId, out Running? running))
        {
            return false;
        }

        try
        {
            running.Order = order;
            running.Cancellation.Cancel();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Looks at the queue once, for any number of questions.</summary>
    /// <returns>
    /// Says why a build that waits for no time has not begun, in words; <see cref="BeginsNow"/> where nothing is in its way.
    /// </returns>
    public Func<BuildRecord, string> WhyWaiting()
    {
        IReadOnlyList<BuildRecord> due = builds.Due(clock.GetUtcNow());
        HashSet<long> ids = [.. due.Select(b => b.Id)];
        HashSet<string> busy = Busy(due);
        RecipeDependencies order = RecipeDependencies.From(roster.Current.Recipes, repository.Published().Relations);
        IReadOnlyDictionary<string, int> running = RunningByPool();
        IReadOnlyDictionary<string, string> drained = pools.Drained();
        return build =>
        {
            string[] first = [.. Before(order, build.Recipe, busy)];
            return !ids.Contains(build.Id) ? "waits until builds are resumed"
                : build.IsBuilt ? "is built and waits to be published"
                : first.Length > 0 ? $"waits for {string.Join(", ", first)}, which it depends on"
                : disk.IsLow ? "waits for room on the disk"
                : roster.Current.Find(build.Recipe) is { } recipe
                && pools.Choose(recipe, running, drained, out string why) is null
                    ? why
                : _running.Count >= pools.Slots ? $"waits for one of {pools.Slots} places to build in"
                : BeginsNow;
        };
    }

    private async Task WorkAsync(bool untilIdle, CancellationToken drain, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await ObserveAsync();
                if (drain.IsCancellationRequested)
                {
                    return;
                }

                Begin(untilIdle, drain, stop);
                if (_running.IsEmpty)
                {
                    Trouble = null;
                }

                if (untilIdle && _running.IsEmpty && _reproduction is null)
                {
                    return;
                }

                DateTimeOffset now = clock.GetUtcNow();
                DateTimeOffset? next =
                    disk.IsLow ? now + DiskPause
                    : _running.Count < pools.Slots ? Earlier(builds.NextDue(now), NextReproduction(now))
                    : null;
                await wake.WaitAsync(next, clock, drain);
            }
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // Nothing new begins; what runs may end.
        }
        finally
        {
            // Whatever happened: nobody may find the builds free while somebody still leads them.
            await Task.WhenAll([.. _running.Values.Select(r => r.Work), _reproduction?.Work ?? Task.CompletedTask])
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ObserveAsync();
    }

    private DateTimeOffset? NextReproduction(DateTimeOffset now) =>
        _reproduction is null && reproducer.NextDue(now) is { } due && due > now ? due : null;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other : one;

    private void Begin(bool untilIdle, CancellationToken drain, CancellationToken stop)
    {
        while (_running.Count < pools.Slots)
        {
            if (Next() is not var (build, pool))
            {
                if (!untilIdle)
                {
                    BeginSpare(drain);
                }

                if (_running.Count < pools.Slots)
                {
                    Reproduce(drain);
                }

                return;
            }

            if (pool is not null && MustGiveWay(pool))
            {
                // Its end wakes the loop.
                _reproduction!.Cancellation.Cancel();
                return;
            }

            CancellationTokenSource cancellation = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Running running = new(build.Recipe, pool?.Name, cancellation);
            _running[build.Id] = running;
            _lastStarted![build.Recipe] = clock.GetUtcNow();

            // Not on this thread: a build does much before its first wait.
            running.Work = Task.Run(() => LeadAsync(build, pool, running, stop), CancellationToken.None);

            WakeAfter(running);
        }
    }

    // Not by the build itself: whoever is woken must find it ended, or its place stays taken until the next wake.
    private void WakeAfter(Running running) =>
        _ = running.Work.ContinueWith(
            _ => wake.Set(),
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default
        );

    private bool MustGiveWay(PoolConfig pool) =>
        _reproduction?.Pool == pool.Name && RunningByPool().GetValueOrDefault(pool.Name) + 1 >= pool.Slots;

    private void Reproduce(CancellationToken drain)
    {
        if (
            _reproduction is null
            && disk.HasRoom()
            && reproducer.Next(RunningByPool(), pools.Drained()) is var (what, pool)
        )
        {
            CancellationTokenSource cancellation = CancellationTokenSource.CreateLinkedTokenSource(drain);
            Running running = new(what.Recipe, pool.Name, cancellation);
            _reproduction = running;
            running.Work = Task.Run(
                async () =>
                {
                    await reproducer.RunAsync(what, pool, cancellation.Token);
                    syncer.Request();
                },
                CancellationToken.None
            );
            WakeAfter(running);
        }
    }

    // After everything that is wanted has begun, or waits for something else than a place.
    private void BeginSpare(CancellationToken drain)
    {
        if (spare.IsEmpty || isPaused() || !disk.HasRoom())
        {
            return;
        }

        IReadOnlyDictionary<string, string> drained = pools.Drained();
        while (_running.Count < pools.Slots && spare.Next(PlaceOf) is var (build, pool))
        {
            CancellationTokenSource cancellation = CancellationTokenSource.CreateLinkedTokenSource(drain);
            Running running = new(null, pool.Name, cancellation);
            _running[--_lastSpare] = running;
            running.Work = Task.Run(() => build.RunAsync(pool, cancellation.Token), CancellationToken.None);
            WakeAfter(running);
        }

        PoolConfig? PlaceOf(RosterEntry recipe)
        {
            if (pools.Choose(recipe, RunningByPool(), drained, out _) is not { } pool)
            {
                return null;
            }

            if (!MustGiveWay(pool))
            {
                return pool;
            }

            // Its end wakes the loop.
            _reproduction!.Cancellation.Cancel();
            return null;
        }
    }

    private async Task LeadAsync(BuildRecord build, PoolConfig? pool, Running running, CancellationToken stop)
    {
        try
        {
            await runner.RunAsync(build, pool, running.Cancellation.Token);
            Trouble = null;
            syncer.Request();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            BuildEvents.Interrupted(logger, build.Recipe, build.Version);
            throw;
        }
        catch (OperationCanceledException) when (running is { Order: { } order })
        {
            runner.Cancel(build, order);
        }
    }

    // Ended builds are forgotten; what ended one of them other than its own failure ends the round.
    private async Task ObserveAsync()
    {
        if (_reproduction is { Work.IsCompleted: true } reproduction)
        {
            _reproduction = null;
            reproduction.Cancellation.Dispose();
            await reproduction.Work;
        }

        foreach ((long id, Running running) in _running.Where(r => r.Value.Work.IsCompleted).ToList())
        {
            _running.TryRemove(id, out _);
            running.Cancellation.Dispose();
            await running.Work;
        }
    }

    // The next build, and where it runs; what only is to be published runs in no pool.
    private (BuildRecord Build, PoolConfig? Pool)? Next()
    {
        List<BuildRecord> due = [.. builds.Due(clock.GetUtcNow()).Where(b => !_running.ContainsKey(b.Id))];
        if (due.Count == 0)
        {
            return null;
        }

        bool room = disk.HasRoom();
        HashSet<string> busy = Busy(due);
        _lastStarted ??= new(builds.LastStarted(), StringComparer.Ordinal);
        IReadOnlyDictionary<string, int> running = RunningByPool();
        IReadOnlyDictionary<string, string> drained = pools.Drained();
        Dictionary<string, PoolConfig?> places = new(StringComparer.Ordinal);
        BuildRecord? next = BuildChoice.Next(
            due,
            _lastStarted,
            recipe => room && PlaceOf(recipe) is not null && !Before(Order(), recipe, busy).Any()
        );
        return next is null ? null : (next, next.IsBuilt ? null : PlaceOf(next.Recipe));

        // One without a recipe is only closed.
        PoolConfig? PlaceOf(string name)
        {
            if (!places.TryGetValue(name, out PoolConfig? place))
            {
                place = roster.Current.Find(name) is { } recipe
                    ? pools.Choose(recipe, running, drained, out _)
                    : pools.All[0];
                places.Add(name, place);
            }

            return place;
        }
    }

    private Dictionary<string, int> RunningByPool() =>
        _running
            .Values.Where(r => r.Pool is not null)
            .CountBy(r => r.Pool!, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);

    // What is held is only looked at again; whoever depends on it is what it waits for.
    private HashSet<string> Busy(IEnumerable<BuildRecord> due) =>
        new(
            due.Where(b => b.State != BuildState.Held)
                .Select(b => b.Recipe)
                .Concat(_running.Values.Select(r => r.Recipe).OfType<string>()),
            StringComparer.Ordinal
        );

    // The recipes that must have ended their work before this one begins.
    private IEnumerable<string> Before(RecipeDependencies order, string recipe, HashSet<string> busy) =>
        order.Of(recipe).Where(other => busy.Contains(other) || isPending(other));

    private RecipeDependencies Order()
    {
        RecipeRoster current = roster.Current;
        PublishedPackages published = repository.Published();
        if (
            _order is not { } known
            || !ReferenceEquals(known.Roster, current)
            || !ReferenceEquals(known.Published, published)
        )
        {
            _order = known = (current, published, RecipeDependencies.From(current.Recipes, published.Relations));
        }

        return known.Order;
    }

    private sealed class Running(string? recipe, string? pool, CancellationTokenSource cancellation)
    {
        /// <summary>Null for one that nobody waits for.</summary>
        public string? Recipe { get; } = recipe;

        /// <summary>Null for one that only is published.</summary>
        public string? Pool { get; } = pool;

        public CancellationTokenSource Cancellation { get; } = cancellation;

        /// <summary>An operator's, before it is cancelled; the latest counts.</summary>
        public StopOrder? Order { get; set; }

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
