using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Files;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>Waiting for children, reaping them, and keeping what is open from them.</summary>
internal static unsafe class PosixProcess
{
    /// <summary>Orphans of our children become our children, instead of those of process 1.</summary>
    internal static void AdoptOrphans()
    {
        // Every kernel since 3.4 can; without it only what left its group and its parents would be missed.
        _ = LibC.ProcessControl(LibC.BecomeSubreaper, 1, 0, 0, 0);
    }

    /// <summary>Waits until a child has ended, and leaves it to be reaped, so that its id stays taken.</summary>
    internal static void AwaitExit(int pid)
    {
        byte* info = stackalloc byte[128];
        while (
            LibC.WaitId(LibC.ById, pid, info, LibC.Exited | LibC.DoNotReap) != 0
            && PosixIOException.LastError == Errno.Interrupted
        ) { }
    }

    /// <summary>Waits until any child has ended, and leaves it to be reaped.</summary>
    /// <returns>Its id; 0 where there is no child.</returns>
    internal static int AwaitAnyExit()
    {
        // siginfo_t: signal, error and code, and from byte 16 on the process.
        int* info = stackalloc int[32];
        int result;
        while (
            (result = LibC.WaitId(LibC.Any, 0, info, LibC.Exited | LibC.DoNotReap)) != 0
            && PosixIOException.LastError == Errno.Interrupted
        ) { }

        return result == 0 ? info[4] : 0;
    }

    /// <summary>Whether a child has ended; it is left to be reaped.</summary>
    internal static bool HasEnded(int pid)
    {
        int* info = stackalloc int[32];
        info[4] = 0;
        return LibC.WaitId(LibC.ById, pid, info, LibC.Exited | LibC.DoNotReap | LibC.DoNotHang) != 0 || info[4] == pid;
    }

    /// <summary>Opens what is open once more, under a number that is at least <paramref name="least"/>; closed on exec.</summary>
    internal static SafeFileHandle DuplicateAbove(SafeFileHandle handle, int least)
    {
        int descriptor = LibC.FileControl((int)handle.DangerousGetHandle(), LibC.DuplicateFrom, least);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw PosixIOException.Last("duplicate", "a descriptor");
    }

    /// <summary>Reaps a child that has ended.</summary>
    /// <returns>Its wait status, or null when there is no such child.</returns>
    internal static int? Reap(int pid)
    {
        int status;
        int result;
        while ((result = LibC.WaitPid(pid, out status, 0)) < 0 && PosixIOException.LastError == Errno.Interrupted) { }

        return result == pid ? status : null;
    }

    /// <summary>Reaps a child if it has ended.</summary>
    internal static bool TryReap(int pid) => LibC.WaitPid(pid, out _, LibC.DoNotHang) == pid;

    /// <summary>Makes a pipe whose ends are not inherited.</summary>
    internal static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        int* ends = stackalloc int[2];
        return LibC.MakePipe(ends, LibC.CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw PosixIOException.Last("make", "a pipe");
    }

    /// <summary>
    /// Keeps what our caller left open, perhaps a key or a lock, from those we start: they get their three standard streams
    /// and nothing else. What we open ourselves is closed on exec anyway.
    /// </summary>
    internal static void KeepDescriptors()
    {
        if (LibC.CloseOnExecFrom(StandardDescriptors.Error + 1) || !Directory.Exists("/proc/self/fd"))
        {
            return;
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (
                int.TryParse(
                    Path.GetFileName(entry),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out int descriptor
                )
                && descriptor > StandardDescriptors.Error
            )
            {
                _ = LibC.FileControl(descriptor, LibC.SetDescriptorFlags, LibC.CloseOnExecFlag);
            }
        }
    }
}
