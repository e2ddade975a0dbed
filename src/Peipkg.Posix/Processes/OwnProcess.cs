using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>What this process is to the kernel.</summary>
public static class OwnProcess
{
    /// <summary>The user whose rights it has; 0 is root.</summary>
    public static uint EffectiveUser => LibC.EffectiveUser();

    /// <summary>
    /// From now on only root can look into this process: its environment, memory and open files, and what the kernel would
    /// write to a core file. What it starts is not affected.
    /// </summary>
    public static void HideFromOthers() => _ = LibC.ProcessControl(LibC.SetDumpable, 0, 0, 0, 0);
}
