using System.Runtime.ExceptionServices;

namespace Peipkg.Repo.World;

/// <summary>Runs the same work over many items on all cores.</summary>
internal static class Workers
{
    /// <summary>Does two things at once and returns when both are over; the first one's failure goes before the second's.</summary>
    internal static (TFirst First, TSecond Second) Both<TFirst, TSecond>(Func<TFirst> first, Func<TSecond> second)
    {
        Task<TSecond> other = Task.Run(second);
        TFirst result;
        try
        {
            result = first();
        }
        finally
        {
            Task.WaitAny(other);
        }

        return (result, other.GetAwaiter().GetResult());
    }

    /// <summary>Works through all items, in no order; the first failure ends the run and is thrown as it was.</summary>
    /// <param name="items">What to work on.</param>
    /// <param name="work">The work, called from several threads.</param>
    /// <param name="stop">Ends the run early.</param>
    /// <param name="parallelism">How many at once; null for as many as there are cores.</param>
    internal static void ForEach<T>(
        IReadOnlyList<T> items,
        Action<T> work,
        CancellationToken stop,
        int? parallelism = null
    ) => ForEach(items, static () => 0, (item, _) => work(item), stop, parallelism);

    /// <summary>The same, with a tool that each thread makes for itself.</summary>
    /// <param name="items">What to work on.</param>
    /// <param name="tool">Makes a tool.</param>
    /// <param name="work">The work on an item with a tool.</param>
    /// <param name="stop">Ends the run early.</param>
    /// <param name="parallelism">How many at once; null for as many as there are cores.</param>
    internal static void ForEach<T, TTool>(
        IReadOnlyList<T> items,
        Func<TTool> tool,
        Action<T, TTool> work,
        CancellationToken stop,
        int? parallelism = null
    )
    {
        stop.ThrowIfCancellationRequested();
        if (items.Count == 1)
        {
            work(items[0], tool());
            return;
        }

        try
        {
            ParallelOptions options = new()
            {
                MaxDegreeOfParallelism = parallelism ?? Environment.ProcessorCount,
                CancellationToken = stop,
            };
            Parallel.ForEach(
                items,
                options,
                tool,
                (item, _, own) =>
                {
                    work(item, own);
                    return own;
                },
                static _ => { }
            );
        }
        catch (AggregateException failure)
        {
            // One full disk fails every worker alike; one report of it is enough.
            ExceptionDispatchInfo.Throw(failure.InnerExceptions[0]);
        }
    }
}
