using System.Runtime.InteropServices;

namespace Peipkg.Posix.Processes;

/// <summary>Ends the process without regard for its other threads.</summary>
public static partial class ProcessExit
{
    /// <summary>Ends it at once: nothing is flushed or disposed any more, and no thread is waited for.</summary>
    /// <param name="code">The exit code.</param>
    public static void Now(int code) => ExitNow(code);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
