namespace Peipkg.CommandLine.Reporting;

/// <summary>
/// The command line says something that cannot be meant, which only shows when its values are looked at together. The
/// message is printed after <c>program: error:</c>, and the tool exits with <see cref="ExitCode.Usage"/>.
/// </summary>
/// <param name="message">What is wrong and what to do.</param>
public sealed class UsageErrorException(string message) : Exception(message);
