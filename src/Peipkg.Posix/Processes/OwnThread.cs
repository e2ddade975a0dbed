namespace Peipkg.Posix.Processes;

/// <summary>Threads beside a child process.</summary>
internal static class OwnThread
{
    /// <summary>Starts one.</summary>
    /// <param name="work">What it does.</param>
    /// <param name="name">How it is called where threads are listed.</param>
    /// <exception cref="ProcessStartException">The system has no thread left: the limits of user, control group or machine.</exception>
    internal static Thread Start(Action work, string name)
    {
        Thread thread = new(() => work()) { IsBackground = true, Name = name };
        try
        {
            thread.Start();
            return thread;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            throw new ProcessStartException(ProcessStartException.NoneLeft, exception);
        }
    }
}
