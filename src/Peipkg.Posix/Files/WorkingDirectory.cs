using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>The directory that relative paths begin at.</summary>
public static unsafe class WorkingDirectory
{
    /// <summary>Whether it was removed, so that no relative path means anything.</summary>
    public static bool IsGone
    {
        get
        {
            byte* path = stackalloc byte[PosixLimits.PathBytes + 1];
            return LibC.WorkingDirectory(path, PosixLimits.PathBytes + 1) is null
                && PosixIOException.LastError == Errno.NoEntry;
        }
    }
}
