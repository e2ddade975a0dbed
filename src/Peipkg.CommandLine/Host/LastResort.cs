using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.CommandLine.Host;

/// <summary>
/// What happens to an exception that nobody has caught, on whatever thread: a sentence and an exit code in place of the
/// runtime's abort. Most of all where the runtime itself is refused a thread or memory.
/// </summary>
public static class LastResort
{
    /// <summary>Takes them from now on. Only <c>Program.cs</c> calls it, before anything else.</summary>
    /// <param name="program">The name that the message carries.</param>
    public static void Prepare(string program) =>
        AppDomain.CurrentDomain.UnhandledException += (_, failure) =>
            End(program, failure.ExceptionObject as Exception);

    private static void End(string program, Exception? exception)
    {
        try
        {
            using Stream error = StandardStreams.OpenError();
            error.Write(Encoding.UTF8.GetBytes($"{program}: error: {Explain(exception)}\n"));
        }
#pragma warning disable CA1031 // There is nobody left to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The exit code has to do.
        }

        ProcessExit.Now(ExitCode.Failure);
    }

    private static string Explain(Exception? exception) =>
        exception switch
        {
            InsufficientExecutionStackException => ProcessStartException.NoneLeft,
            null => "internal error, please report it",
            _ => CommandLineHost.Explain(exception),
        };
}
