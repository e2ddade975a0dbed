namespace Peipkg.Posix.Processes;

/// <summary>A program could not be started; the message names it and the system's reason.</summary>
/// <param name="message">A sentence for the user.</param>
public sealed class ProcessStartException(string message) : IOException(message);
