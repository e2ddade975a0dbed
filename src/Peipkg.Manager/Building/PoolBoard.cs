using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Building;

/// <summary>A pool that does not build.</summary>
/// <param name="Reason">What came of trying it last.</param>
/// <param name="Since">Since when.</param>
/// <param name="Failures">How often in a row it was tried.</param>
/// <param name="NextTry">When it is tried again; null while it is being tried.</param>
internal sealed record PoolOutage(string Reason, DateTimeOffset Since, int Failures, DateTimeOffset? NextTry);

/// <summary>
/// Which pools there are, which of them take builds, and which one a build goes to. A pool where a build could not run is
/// tried with a small build at once. If that fails, the pool is set aside, and tried again ever more rarely until it
/// succeeds; no recipe's build meets a pool that is down twice. If it succeeds, the failure was the build's.
/// </summary>
/// <param name="pools">The configured pools, or the only one.</param>
/// <param name="store">Which are drained.</param>
/// <param name="probe">Tries a pool; null when it builds, otherwise why not.</param>
/// <param name="wake">A pool takes builds again.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">For events.</param>
internal sealed class PoolBoard(
    Func<IReadOnlyList<PoolConfig>> pools,
    PoolStore store,
    Func<PoolConfig, CancellationToken, Task<string?>> probe,
    Action wake,
    TimeProvider clock,
    ILogger<PoolBoard> logger
) : IDisposable
{
    // A pool's launcher gets 30 seconds to end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly ConcurrentDictionary<string, PoolOutage> _outages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<string?>> _trials = new(StringComparer.Ordinal);
    private readonly HashSet<string> _returning = new(StringComparer.Ordinal);
    private readonly List<Task> _tasks = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<PoolConfig> All => pools();

    /// <summary>Builds at once, in all of them.</summary>
    public int Slots => All.Sum(pool => pool.Slots);

    /// <summary>The reason for each pool that an operator has drained.</summary>
    public IReadOnlyDictionary<string, string> Drained() => store.Drained();

    /// <summary>Why a pool does not build; null while it does, as far as is known.</summary>
    public PoolOutage? OutageOf(string name) => _outages.GetValueOrDefault(name);

    /// <summary>The pool where a recipe's next build begins.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="running">How many builds run in each pool, by its name.</param>
    /// <param name="drained">The reason for each pool that is drained.</param>
    /// <param name="why">Without one: what it waits for, in words.</param>
    /// <param name="other">A pool that is taken only where no other is open; null for none.</param>
    public PoolConfig? Choose(
        RosterEntry recipe,
        IReadOnlyDictionary<string, int> running,
        IReadOnlyDictionary<string, string> drained,
        out string why,
        string? other = null
    )
    {
        PoolConfig[] taking = [.. All.Where(pool => pool.Takes(recipe.Name, recipe.Outputs))];
        PoolConfig[] open =
        [
            .. taking.Where(pool => !drained.ContainsKey(pool.Name) && !_outages.ContainsKey(pool.Name)),
        ];
        open = open.Any(pool => pool.Name != other) ? [.. open.Where(pool => pool.Name != other)] : open;
        why =
            taking.Length == 0 ? NoneTakes(recipe)
            : open.Length == 0
                ? "waits for "
                    + string.Join(" or ", taking.Select(pool => $"pool {pool.Name} ({StateOf(pool, drained)})"))
            : $"waits for one of {open.Sum(pool => pool.Slots)} places to build in";

        // Those that take only some recipes first, then those with the most room.
        return open.Where(pool => running.GetValueOrDefault(pool.Name) < pool.Slots)
            .OrderBy(pool => !pool.IsSelective)
            .ThenBy(pool => (double)running.GetValueOrDefault(pool.Name) / pool.Slots)
            .FirstOrDefault();
    }

    /// <summary>What is said of a recipe that no pool takes.</summary>
    public static string NoneTakes(RosterEntry recipe) =>
        $"waits for a pool that takes it: no [[pool]] has recipes and architectures for {recipe.Name} "
        + $"({string.Join(", ", recipe.Outputs.Select(output => output.Architecture.Text).Distinct())})";

    /// <summary>A build could not run in a pool: tries whether others can.</summary>
    /// <returns>Why the pool is down; null when it is not, and the failure is the build's.</returns>
    public Task<string?> IsDownAsync(PoolConfig pool, CancellationToken cancellation) =>
        TrialOf(pool).WaitAsync(cancellation);

    /// <summary>An operator wants a pool tried now.</summary>
    /// <returns>Null when it builds, otherwise why not.</returns>
    public Task<string?> TestAsync(PoolConfig pool) => TrialOf(pool);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Cancel();
        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _tasks, .. _trials.Values];
        }

        try
        {
            Task.WaitAll(tasks, Patience);
        }
        catch (AggregateException)
        {
            // They were cancelled.
        }

        _ending.Dispose();
    }

    // One at a time for each pool: builds that fail together ask the same question.
    private Task<string?> TrialOf(PoolConfig pool)
    {
        lock (_gate)
        {
            if (!_trials.TryGetValue(pool.Name, out Task<string?>? trial))
            {
                // Nothing begins there meanwhile.
                DateTimeOffset now = clock.GetUtcNow();
                _outages.AddOrUpdate(
                    pool.Name,
                    _ => new PoolOutage("it is being tried", now, 0, null),
                    (_, known) => known with { NextTry = null }
                );
                trial = Task.Run(() => TryAsync(pool));
                _trials[pool.Name] = trial;
            }

            return trial;
        }
    }

    private async Task<string?> TryAsync(PoolConfig pool)
    {
        string? why = null;
        try
        {
            why = await probe(pool, _ending.Token);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            why = Boundary.Describe(exception);
        }

        lock (_gate)
        {
            _trials.Remove(pool.Name);
            PoolOutage known = _outages[pool.Name];
            if (why is null)
            {
                _outages.TryRemove(pool.Name, out _);
                if (known.Failures > 0)
                {
                    BuildEvents.PoolUp(logger, pool.Name);
                }
            }
            else
            {
                int failures = known.Failures + 1;
                TimeSpan wait = BackoffSchedule.Infrastructure.DelayAfter(failures);
                _outages[pool.Name] = new PoolOutage(why, known.Since, failures, clock.GetUtcNow() + wait);
                if (failures == 1)
                {
                    BuildEvents.PoolDown(logger, pool.Name, why, wait);
                }
                else
                {
                    BuildEvents.PoolStillDown(logger, pool.Name, why, wait);
                }

                if (_returning.Add(pool.Name))
                {
                    _tasks.RemoveAll(task => task.IsCompleted);
                    _tasks.Add(Task.Run(() => ReturnAsync(pool.Name)));
                }
            }
        }

        wake();
        return why;
    }

    // Tries a pool until it builds or is gone from the configuration.
    private async Task ReturnAsync(string name)
    {
        while (true)
        {
            PoolOutage? outage;
            PoolConfig? pool;
            lock (_gate)
            {
                outage = OutageOf(name);
                pool = All.FirstOrDefault(one => one.Name == name);
                if (outage is null || pool is null)
                {
                    _outages.TryRemove(name, out _);
                    _returning.Remove(name);
                    return;
                }
            }

            // Without a time it is being tried, by whoever asked.
            if (outage.NextTry is { } next && next - clock.GetUtcNow() is { } wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, clock, _ending.Token);
            }
            else
            {
                await TrialOf(pool).WaitAsync(_ending.Token);
            }
        }
    }

    private string StateOf(PoolConfig pool, IReadOnlyDictionary<string, string> drained) =>
        drained.TryGetValue(pool.Name, out string? reason) ? $"drained: {reason}"
        : OutageOf(pool.Name) is { Failures: > 0 } outage ? $"down: {outage.Reason}"
        : "being tried";
}
