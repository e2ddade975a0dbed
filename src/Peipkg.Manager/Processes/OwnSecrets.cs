using System.Runtime.InteropServices;

namespace Peipkg.Manager.Processes;

/// <summary>
/// Keeps this process from others of its own user, which build scripts without a sandbox are: its environment with the
/// operator's credentials, its memory and its open files, and what the kernel would write to a core file.
/// </summary>
internal static partial class OwnSecrets
{
    private const int SetDumpable = 4;

    /// <summary>From now on only root can look into this process. What it starts is not affected.</summary>
    public static void Hide() => _ = PrCtl(SetDumpable, 0, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);
}
