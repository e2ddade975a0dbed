using Peipkg.Manager.Processes;
using Peipkg.Posix.Processes;

namespace Peipkg.Manager.Confinement;

/// <summary>Ends trees that multiply while they are being ended.</summary>
internal static class ProcessStorm
{
    /// <summary>All that descend from a process, and what this process has adopted from its session.</summary>
    public static IReadOnlyList<int> MembersBelow(int pid)
    {
        List<int> members = [.. ProcessTable.DescendantsOf(pid)];
        foreach (int child in ProcessTable.ChildrenOf(Environment.ProcessId))
        {
            if (child != pid && ProcessStatus.Read(child)?.Session == pid)
            {
                members.Add(child);
                members.AddRange(ProcessTable.DescendantsOf(child));
            }
        }

        return members;
    }

    /// <summary>Kills all that descend from a process, but not itself.</summary>
    public static void KillBelow(int pid)
    {
        int? ownGroup = ProcessStatus.Read(pid)?.Group;
        HashSet<int> frozen = [];
        bool grew = true;
        for (int round = 0; grew && round < 100; round++)
        {
            grew = false;
            foreach (int member in MembersBelow(pid))
            {
                if (frozen.Add(member) && ProcessStatus.Read(member) is { IsOver: false } status)
                {
                    grew = true;

                    // A whole group ends at one stroke, also what is just being forked.
                    _ =
                        status.Group > 1 && status.Group != ownGroup
                            ? ProcessSignal.Send(-status.Group, Signal.Kill)
                            : ProcessSignal.Send(member, Signal.Stop);
                }
            }
        }

        foreach (int member in frozen)
        {
            // Ids are not reused within this moment: those of the tree stay taken until they are reaped.
            if (ProcessStatus.Read(member) is { IsOver: false })
            {
                ProcessSignal.Send(member, Signal.Kill);
            }
        }
    }
}
