namespace Peipkg.Posix.Processes;

/// <summary>A program could not be started; the message names it and the system's reason.</summary>
/// <param name="message">A sentence for the user.</param>
/// <param name="inner">What the runtime said, or null.</param>
public sealed class ProcessStartException(string message, Exception? inner = null) : IOException(message, inner);
