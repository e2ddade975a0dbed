using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>The signals that are sent here, by their numbers on Linux.</summary>
public enum Signal
{
    /// <summary>No signal: only asks whether one could be sent.</summary>
    None = 0,

    /// <summary>SIGHUP: the terminal has gone, or a daemon's configuration has changed.</summary>
    Hangup = 1,

    /// <summary>SIGKILL: ends a process, which learns nothing of it.</summary>
    Kill = 9,

    /// <summary>SIGTERM: asks a process to end.</summary>
    Terminate = 15,

    /// <summary>SIGSTOP: freezes a process.</summary>
    Stop = 19,
}

/// <summary>Sends signals.</summary>
public static class ProcessSignal
{
    /// <summary>Sends one.</summary>
    /// <param name="pid">The process, or the negative id of a process group.</param>
    /// <param name="signal">The signal.</param>
    /// <returns>False where no such process is, or it is not ours to send signals to.</returns>
    public static bool Send(int pid, Signal signal) => LibC.Kill(pid, (int)signal) == 0;

    /// <summary>
    /// Has a signal that this process was told to ignore, as by nohup, do again what it does by default. The runtime
    /// leaves ignored signals alone for good once it has been asked to listen to one, so this comes before.
    /// </summary>
    /// <param name="signal">The signal.</param>
    /// <returns>True when it was ignored.</returns>
    public static bool StopIgnoring(Signal signal)
    {
        nint former = LibC.SetSignalHandler((int)signal, LibC.DefaultHandler);
        if (former is not (LibC.DefaultHandler or LibC.IgnoringHandler))
        {
            _ = LibC.SetSignalHandler((int)signal, former);
        }

        return former == LibC.IgnoringHandler;
    }
}
