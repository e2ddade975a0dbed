using System.Runtime.InteropServices;

namespace Peipkg.Posix.Native;

/// <summary>Processes: their ends, signals, owners, processors and what the kernel lets others see of them.</summary>
internal static unsafe partial class LibC
{
    internal const nint DefaultHandler = 0;
    internal const nint IgnoringHandler = 1;
    internal const int SetDumpable = 4;
    internal const int BecomeSubreaper = 36;
    internal const int Any = 0;
    internal const int ById = 1;
    internal const int Exited = 4;
    internal const int DoNotReap = 0x01000000;
    internal const int DoNotHang = 1;

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "signal")]
    internal static partial nint SetSignalHandler(int signal, nint handler);

    [LibraryImport(Library, EntryPoint = "prctl")]
    internal static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport(Library, EntryPoint = "adjtimex")]
    internal static partial int AdjustTime(void* timex);

    [LibraryImport(Library, EntryPoint = "waitid", SetLastError = true)]
    internal static partial int WaitId(int kind, int id, void* info, int options);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "getpwuid_r")]
    internal static partial int FindUser(uint user, void* record, byte* buffer, nuint length, nint* found);

    [LibraryImport(Library, EntryPoint = "getpgid")]
    internal static partial int ProcessGroup(int pid);

    /// <summary>keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL): a new, empty session keyring for the calling thread and what it starts.</summary>
    internal static bool JoinNewKeyring()
    {
        nint number = Arm ? 219 : 250;
        const nint JoinSession = 1;
        return SystemCall(number, JoinSession, 0, 0, 0, 0) >= 0;
    }

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport(Library, EntryPoint = "_exit")]
    internal static partial void ExitNow(int code);

    [LibraryImport(Library, EntryPoint = "sched_getaffinity")]
    internal static partial int GetAffinity(int pid, nuint size, byte* mask);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity")]
    internal static partial int SetAffinity(int pid, nuint size, byte* mask);
}
