using Peipkg.Manager.Processes;
using Peipkg.Posix.Processes;

namespace Peipkg.Manager.Confinement;

/// <summary>Which confinement this machine offers.</summary>
internal static class ConfinementChoice
{
    /// <summary>Control groups where they are delegated to this process; otherwise process groups.</summary>
    /// <param name="finder">Finds taskset.</param>
    /// <param name="why">Why it is not control groups; empty when it is.</param>
    public static IConfinement Make(ProgramFinder finder, out string why) =>
        CgroupConfinement.TryCreate(ControlGroup.Own(), ["memory", "pids"], out why) is { } groups
            ? groups
            : new ProcessGroupConfinement(finder.Find("taskset"), ProcessGroupConfinement.ReadProcessors());
}
