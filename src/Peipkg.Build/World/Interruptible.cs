namespace Peipkg.Build.World;

/// <summary>
/// Work that only stops between two steps, of which one may take a second: compressing a job, flushing a file to the disk.
/// </summary>
internal static class Interruptible
{
    /// <summary>Does the work, and waits for it no longer once it is interrupted.</summary>
    /// <param name="work">
    /// What it still does when it is not waited for any more must do no harm: it stops soon, or the process ends.
    /// </param>
    /// <param name="cancellation">Interrupts.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    internal static T Run<T>(Func<T> work, CancellationToken cancellation)
    {
        Task<T> task = Task.Run(work, CancellationToken.None);
        Task.WaitAny([task], cancellation);
        return task.GetAwaiter().GetResult();
    }
}
