using System.Runtime.ExceptionServices;

namespace Peipkg.Repo.State;

/// <summary>Runs the same work over many items on all cores.</summary>
internal static class Workers
{
    /// <summary>Works through all items, in no order; the first failure ends the run and is thrown as it was.</summary>
    /// <param name="items">What to work on.</param>
    /// <param name="work">The work, called from several threads.</param>
    /// <param name="stop">Ends the run early.</param>
    /// <param name="parallelism">How many at once; null for as many as there are cores.</param>
    internal static void ForEach<T>(IReadOnlyList<T> items, Action<T> work, CancellationToken stop, int? parallelism = null)
    {
        stop.ThrowIfCancellationRequested();
        if (items.Count == 1)
        {
            work(items[0]);
            return;
        }

        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = parallelism ?? Environment.ProcessorCount, CancellationToken = stop };
            Parallel.ForEach(items, options, work);
        }
        catch (AggregateException failure)
        {
            // One full disk fails every worker alike; one report of it is enough.
            ExceptionDispatchInfo.Throw(failure.InnerExceptions[0]);
        }
    }
}
