using System.Diagnostics;
using Peipkg.Posix.Native;

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
    /// <param name="group">The control group that it ran in; null for none.</param>
    /// <returns>How many had to be killed, and whether some multiplied faster than they could be.</returns>
    internal static (int Killed, bool Escaped) KillLeftOver(
        int leader,
        bool adopted,
        TimeSpan patience,
        ControlGroup? group = null
    )
    {
        if (adopted)
        {
            Settle(patience);
        }

        HashSet<int> killed = adopted ? [.. ReapOrphans()] : [];
        killed.UnionWith(group?.Kill() ?? []);

        // Its id is still taken by its remains, so the group cannot be another's.
        ProcessSignal.Send(-leader, Signal.Kill);
        bool escaped = adopted && !KillOrphans(killed);
        return (killed.Count, escaped);
    }

    /// <summary>
    /// Kills orphans until none comes any more. What is alive is killed together with its process group, because the kernel
    /// lets nobody fork who is being killed; so one hit ends a process and the child that it was about to leave behind.
    /// </summary>
    /// <param name="killed">Those that were killed are added.</param>
    /// <returns>False where new ones still came when <see cref="PosixLimits.KillPatience"/> was over.</returns>
    private static bool KillOrphans(HashSet<int> killed)
    {
        using OwnChildren children = new();
        int ownGroup = LibC.ProcessGroup(0);
        Stopwatch watch = Stopwatch.StartNew();
        for (int looks = 0; looks < PosixLimits.LooksWithoutOrphans; )
        {
            bool alive = false;
            bool grew = false;
            lock (Starting)
            {
                IReadOnlyList<int> all = children.Read();

                // The youngest first: only they can still fork, while thousands that have ended may wait before them.
                for (int i = all.Count - 1; i >= 0; i--)
                {
                    int orphan = all[i];
                    if (!IsOrphan(orphan) || PosixProcess.TryReap(orphan))
                    {
                        continue;
                    }

                    alive = true;
                    int group = LibC.ProcessGroup(orphan);
                    if (group > 1 && group != ownGroup && !Running.Contains(group))
                    {
                        ProcessSignal.Send(-group, Signal.Kill);
                    }

                    ProcessSignal.Send(orphan, Signal.Kill);
                    grew |= killed.Add(orphan);
                }
            }

            looks = alive ? 0 : looks + 1;
            if (watch.Elapsed > PosixLimits.KillPatience)
            {
                return !grew;
            }

            // Nothing new: what was killed is on its way out, and its children are adopted then.
            if (alive && !grew)
            {
                Thread.Sleep(1);
            }
        }

        return true;
    }

    /// <summary>Waits for adopted processes to end by themselves: the last of a pipeline may be a moment behind its shell.</summary>
    private static void Settle(TimeSpan patience)
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (int pause = 1; ReapOrphans().Count > 0 && watch.Elapsed < patience; pause = Math.Min(2 * pause, 20))
        {
            Thread.Sleep(pause);
        }
    }

    /// <summary>Reaps all adopted processes that have ended.</summary>
    /// <returns>Those that are still alive.</returns>
    internal static List<int> ReapOrphans()
    {
        lock (Starting)
        {
            List<int> orphans = Orphans();
            orphans.RemoveAll(PosixProcess.TryReap);
            return orphans;
        }
    }

    /// <summary>
    /// Reaps a process that has ended, unless it was started here. One that was there before us is reaped as well: nobody
    /// else will, and the kernel would name it for ever.
    /// </summary>
    internal static bool TryReapOther(int pid)
    {
        lock (Starting)
        {
            if (_before is null || Running.Contains(pid) || !PosixProcess.TryReap(pid))
            {
                return false;
            }

            // Its id can be another's now.
            _before.Remove(pid);
            return true;
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
            return [.. ProcessTable.ChildrenOf(Environment.ProcessId).Where(IsOrphan)];
        }
    }

    // Of a child: neither started here nor there before us. Asked under the lock.
    private static bool IsOrphan(int pid) => _before?.Contains(pid) == false && !Running.Contains(pid);
}
