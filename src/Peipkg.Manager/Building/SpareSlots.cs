using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Building;

/// <summary>Builds that nobody publishes, and that begin only in places that no other build wants.</summary>
/// <param name="wake">Told when one waits.</param>
internal sealed class SpareSlots(Action wake)
{
    private readonly Lock _gate = new();
    private readonly List<SpareBuild> _waiting = [];

    /// <summary>Whether none waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0;
            }
        }
    }

    /// <summary>Waits for a place, and does the work there.</summary>
    /// <param name="recipe">What is built, which decides the places that take it.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Ends the waiting, and the work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled, or no more builds begin.</exception>
    public async Task<T> RunAsync<T>(
        RosterEntry recipe,
        Func<PoolConfig, CancellationToken, Task<T>> work,
        CancellationToken cancellation
    )
    {
        TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SpareBuild build = new(
            recipe,
            async (pool, stop) =>
            {
                using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(
                    cancellation,
                    stop
                );
                try
                {
                    result.TrySetResult(await work(pool, both.Token));
                }
                catch (OperationCanceledException)
                {
                    result.TrySetCanceled(both.Token);
                }
#pragma warning disable CA1031 // Whatever it is belongs to whoever waits for the result.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    result.TrySetException(exception);
                }
            }
        );
        lock (_gate)
        {
            _waiting.Add(build);
        }

        await using CancellationTokenRegistration ended = cancellation.Register(() =>
        {
            // One that has begun ends by its own token.
            if (Take(build))
            {
                result.TrySetCanceled(cancellation);
            }
        });
        wake();
        return await result.Task;
    }

    /// <summary>Takes the first that has a place.</summary>
    /// <param name="place">The place for a recipe; null where there is none now.</param>
    public (SpareBuild Build, PoolConfig Pool)? Next(Func<RosterEntry, PoolConfig?> place)
    {
        lock (_gate)
        {
            foreach (SpareBuild build in _waiting)
            {
                if (place(build.Recipe) is { } pool)
                {
                    _waiting.Remove(build);
                    return (build, pool);
                }
            }

            return null;
        }
    }

    private bool Take(SpareBuild build)
    {
        lock (_gate)
        {
            return _waiting.Remove(build);
        }
    }
}

/// <summary>A build that waits for a place that no other wants.</summary>
/// <param name="Recipe">What is built.</param>
/// <param name="RunAsync">Builds it, and never throws.</param>
internal sealed record SpareBuild(RosterEntry Recipe, Func<PoolConfig, CancellationToken, Task> RunAsync);
