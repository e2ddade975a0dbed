namespace Peipkg.Build.World;

/// <summary>
/// Work that can only stop between two steps, each of which may take a second: compressing a block, flushing a file.
/// </summary>
internal static class Interruptible
{
    /// <summary>Does the work, and stops waiting for it when it is interrupted.</summary>
    /// <param name="work">
    /// The work goes on after an interruption and must do no harm then: it stops soon, or the process ends.
    /// </param>
    /// <param name="cancellation">Interrupts the waiting.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    internal static T Run<T>(Func<T> work, CancellationToken cancellation)
    {
        Task<T> task = Task.Run(work, CancellationToken.None);
        Task.WaitAny([task], cancellation);
        return task.GetAwaiter().GetResult();
    }
}
