namespace Peipkg.Posix.Processes;

/// <summary>
/// Waits for the end of a child on a thread of its own, which is there before the child is: a child that nobody could wait
/// for is not started. While it waits it reaps what this process has adopted, so that nothing piles up.
/// </summary>
internal sealed class ExitWatch : IDisposable
{
    private readonly ManualResetEventSlim _started = new();
    private readonly ManualResetEventSlim _exited = new();
    private readonly bool _adopted;
    private readonly Thread _thread;
    private int _pid;

    /// <summary>Makes ready to wait.</summary>
    /// <param name="adopted">Whether adopted processes are to be reaped.</param>
    /// <exception cref="ProcessStartException">There is no thread left.</exception>
    internal ExitWatch(bool adopted)
    {
        _adopted = adopted;
        _thread = OwnThread.Start(Await, "end of a child process");
    }

    /// <summary>Set when the child has ended; it is not reaped.</summary>
    internal ManualResetEventSlim Exited => _exited;

    /// <summary>Begins to wait.</summary>
    internal void Begin(int pid)
    {
        _pid = pid;
        _started.Set();
    }

    /// <summary>Waits for the thread; the child has ended, or was never started.</summary>
    public void Dispose()
    {
        _started.Set();
        _thread.Join();
        _started.Dispose();
        _exited.Dispose();
    }

    private void Await()
    {
        _started.Wait();
        if (_pid == 0)
        {
            return;
        }

        if (_adopted)
        {
            AwaitAndReap();
        }

        PosixProcess.AwaitExit(_pid);
        _exited.Set();
    }

    private void AwaitAndReap()
    {
        int ended;
        while ((ended = PosixProcess.AwaitAnyExit()) != _pid && ended != 0)
        {
            if (ProcessTree.TryReapOther(ended))
            {
                continue;
            }

            // Another child that its own starter will reap in a moment; until then the kernel names it first, again and again.
            ProcessTree.ReapOrphans();
            if (PosixProcess.HasEnded(_pid))
            {
                return;
            }

            Thread.Sleep(PosixLimits.CrowdedPause);
        }
    }
}
