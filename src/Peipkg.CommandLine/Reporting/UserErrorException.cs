namespace Peipkg.CommandLine.Reporting;

/// <summary>
/// A failure that a user of the tool can understand and mend. The message is printed after
/// <c>program: error:</c>, further lines as they are, and the tool exits with <see cref="ExitCode.Failure"/>.
/// </summary>
/// <param name="message">What is wrong, where, and what to do; one line or several.</param>
/// <param name="inner">The failure underneath, if there is one; it is not printed.</param>
public sealed class UserErrorException(string message, Exception? inner = null) : Exception(message, inner);
