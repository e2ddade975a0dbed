using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>Ends the process without regard for its other threads.</summary>
public static class ProcessExit
{
    /// <summary>Ends it at once: nothing is flushed or disposed any more, and no thread is waited for.</summary>
    /// <param name="code">The exit code, 0 to 255.</param>
    public static void Now(int code) => LibC.ExitNow(code);
}
