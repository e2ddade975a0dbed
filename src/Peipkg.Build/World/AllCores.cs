using System.Runtime.ExceptionServices;

namespace Peipkg.Build.World;

/// <summary>Does the same work many times, on all cores. The framework's own ways to do so would be a fiftieth of the program.</summary>
internal static class AllCores
{
    /// <summary>Does all of it, in no order; a failure ends it and is thrown as it was.</summary>
    /// <param name="count">How many times.</param>
    /// <param name="work">The work, called from several threads with numbers below that.</param>
    /// <param name="cancellation">Stops between two pieces of work.</param>
    internal static void Run(int count, Action<int> work, CancellationToken cancellation)
    {
        int next = -1;
        void Some()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count; )
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    work(i);
                }
                catch
                {
                    Volatile.Write(ref next, count);
                    throw;
                }
            }
        }

        if (count == 1)
        {
            Some();
            return;
        }

        Task[] tasks = new Task[Math.Min(count, Environment.ProcessorCount)];
        for (int i = 0; i < tasks.Length; i++)
        {
            tasks[i] = Task.Run(Some, CancellationToken.None);
        }

        try
        {
            Task.WaitAll(tasks, CancellationToken.None);
        }
        catch (AggregateException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }
}
