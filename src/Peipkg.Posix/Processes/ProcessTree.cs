using System.Diagnostics;

namespace Peipkg.Posix.Processes;

/// <summary>
/// Ends whole process trees. A group kill misses what moved to another session, and a walk down the tree misses what was
/// orphaned; so this process adopts orphans (it is a child subreaper), and ends whatever it has adopted.
/// </summary>
internal static class ProcessTree
{
    private static readonly Lock Starting = new();
    private static readonly HashSet<int> Running = [];
    private static HashSet<int>? _before;

    /// <summary>Starts a process that is known to be running from its first moment.</summary>
    /// <param name="start">Starts it and answers its id.</param>
    /// <param name="adopt">Whether orphans are to be adopted from now on.</param>
    internal static int Start(Func<int> start, bool adopt)
    {
        lock (Starting)
        {
            if (adopt && _before is null)
            {
                // What is there already was somebody else's before it became ours, as under "daemon & exec tool".
                _before = [.. ProcessTable.ChildrenOf(Environment.ProcessId)];
                PosixProcess.AdoptOrphans();
            }

            int pid = start();
            Running.Add(pid);
            return pid;
        }
    }

    /// <summary>Sends a signal to a running process, its group and everything below it.</summary>
    internal static void SendSignal(int leader, Signal signal)
    {
        foreach (int pid in ProcessTable.DescendantsOf(leader))
        {
            ProcessSignal.Send(pid, signal);
        }

        ProcessSignal.Send(-leader, signal);
    }

    /// <summary>Ends everything that a process has left behind, and reaps it.</summary>
    /// <param name="leader">A process that has ended, and was not reaped yet.</param>
    /// <param name="adopted">Whether adopted processes belong to it.</param>
    /// <param name="patience">How long adopted processes may take to end by themselves; those that do are not counted.</param>
    /// <returns>How many had to be killed.</returns>
    internal static int KillLeftOver(int leader, bool adopted, TimeSpan patience)
    {
        if (adopted)
        {
            Settle(patience);
        }

        Stopwatch watch = Stopwatch.StartNew();
        HashSet<int> killed = [];

        // Its id is still taken by its remains, so the group cannot be another's.
        ProcessSignal.Send(-leader, Signal.Kill);
        while (adopted)
        {
            List<int> orphans = Orphans();
            foreach (int orphan in orphans)
            {
                foreach (int descendant in ProcessTable.DescendantsOf(orphan))
                {
                    ProcessSignal.Send(descendant, Signal.Kill);
                    killed.Add(descendant);
                }

                ProcessSignal.Send(orphan, Signal.Kill);
                killed.Add(orphan);
                PosixProcess.TryReap(orphan);
            }

            // The children of those just killed are adopted now: look until there are none.
            if (orphans.Count == 0 || watch.Elapsed > PosixLimits.KillPatience)
            {
                break;
            }

            Thread.Sleep(1);
        }

        return killed.Count;
    }

    /// <summary>Reaps adopted processes while they end by themselves: the last of a pipeline may be a moment behind its shell.</summary>
    private static void Settle(TimeSpan patience)
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (int pause = 1; ; pause = Math.Min(2 * pause, 20))
        {
            bool alive = false;
            foreach (int orphan in Orphans())
            {
                alive |= !PosixProcess.TryReap(orphan);
            }

            if (!alive || watch.Elapsed >= patience)
            {
                return;
            }

            Thread.Sleep(pause);
        }
    }

    /// <summary>Reaps a process that has ended, and forgets it.</summary>
    /// <returns>Its wait status.</returns>
    internal static int? Reap(int leader)
    {
        lock (Starting)
        {
            Running.Remove(leader);
            return PosixProcess.Reap(leader);
        }
    }

    /// <summary>The processes adopted from those that were started here.</summary>
    internal static List<int> Orphans()
    {
        lock (Starting)
        {
            List<int> children = [.. ProcessTable.ChildrenOf(Environment.ProcessId)];
            children.RemoveAll(pid => Running.Contains(pid) || _before?.Contains(pid) != false);
            return children;
        }
    }
}
