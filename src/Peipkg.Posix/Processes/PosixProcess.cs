using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Processes;

/// <summary>The calls of the C library that starting, ending and reaping process trees needs.</summary>
internal static unsafe partial class PosixProcess
{
    internal const int Terminate = 15;
    internal const int Kill = 9;
    internal const int NoSuchProcess = 3;

    // The C library's own structures: 80, 336 and 128 bytes with glibc on both architectures.
    internal const int FileActionsSize = 256;
    internal const int AttributesSize = 1024;
    internal const int SignalSetSize = 128;

    internal const short SetSignalDefaults = 0x04;
    internal const short SetSignalMask = 0x08;
    internal const short SetSession = 0x80;

    private const int BecomeSubreaper = 36;
    private const int ById = 1;
    private const int Exited = 4;
    private const int DoNotReap = 0x01000000;
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4;

    /// <summary>Orphans of our children become our children, instead of those of process 1.</summary>
    internal static void AdoptOrphans()
    {
        // Every kernel since 3.4 can; without it only what left its group and its parents would be missed.
        _ = PrCtl(BecomeSubreaper, 1, 0, 0, 0);
    }

    /// <summary>Waits until a child has ended, and leaves it to be reaped, so that its id stays taken.</summary>
    internal static void AwaitExit(int pid)
    {
        byte* info = stackalloc byte[128];
        while (WaitId(ById, pid, info, Exited | DoNotReap) != 0 && Marshal.GetLastPInvokeError() == Interrupted) { }
    }

    /// <summary>Reaps a child that has ended.</summary>
    /// <returns>Its wait status, or null when there is no such child.</returns>
    internal static int? Reap(int pid)
    {
        int status;
        int result;
        while ((result = WaitPid(pid, out status, 0)) < 0 && Marshal.GetLastPInvokeError() == Interrupted) { }

        return result == pid ? status : null;
    }

    /// <summary>Reaps a child if it has ended.</summary>
    internal static bool TryReap(int pid) => WaitPid(pid, out _, 1) == pid;

    /// <summary>Makes a pipe whose ends are not inherited.</summary>
    internal static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        int* ends = stackalloc int[2];
        return Pipe2(ends, CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new IOException(
                $"cannot make a pipe: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}"
            );
    }

    /// <summary>
    /// Keeps what our caller left open, perhaps a key or a lock, from those we start: they get their three standard streams
    /// and nothing else. What we open ourselves is closed on exec anyway.
    /// </summary>
    internal static void KeepDescriptors()
    {
        const int SetDescriptorFlags = 2;
        const int CloseOnExecFlag = 1;
        foreach (
            string entry in Directory.Exists("/proc/self/fd")
                ? Directory.EnumerateFileSystemEntries("/proc/self/fd")
                : []
        )
        {
            if (
                int.TryParse(
                    Path.GetFileName(entry),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out int descriptor
                )
                && descriptor > 2
            )
            {
                _ = FileControl(descriptor, SetDescriptorFlags, CloseOnExecFlag);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Spawn(
        out int pid,
        string path,
        void* actions,
        void* attributes,
        byte** arguments,
        byte** environment
    );

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static partial int InitActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static partial int DestroyActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int AddOpen(void* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static partial int AddDuplicate(void* actions, int descriptor, int target);

    [LibraryImport(
        "libc",
        EntryPoint = "posix_spawn_file_actions_addchdir_np",
        StringMarshalling = StringMarshalling.Utf8
    )]
    internal static partial int AddChangeDirectory(void* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static partial int InitAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static partial int DestroyAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int SetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static partial int SetMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static partial int SetDefaults(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, int id, void* info, int options);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);
}
