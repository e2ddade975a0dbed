namespace Peipkg.Posix.Processes;

/// <summary>A program could not be started; the message names it and the system's reason.</summary>
/// <param name="message">A sentence for the user.</param>
/// <param name="inner">What the runtime said, or null.</param>
public sealed class ProcessStartException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The sentence for a process or thread that the system refuses; memory for one is refused in the same way.</summary>
    public const string NoneLeft =
        "the system refuses a process, a thread or memory; look at the limits of this user, its control group (pids.max) and the machine";
}
