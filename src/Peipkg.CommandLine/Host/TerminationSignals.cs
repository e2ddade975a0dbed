using System.Runtime.InteropServices;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.CommandLine.Host;

/// <summary>
/// Turns the first SIGINT, SIGQUIT, SIGTERM or SIGHUP into cancellation, so that a command can clean up, and remembers which
/// it was. A further SIGINT, SIGQUIT or SIGTERM ends the process at once, cleaned up or not. Only <c>Program.cs</c> makes one.
/// </summary>
public sealed class TerminationSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action<int> _end;
    private int _exitCode;

    /// <summary>Begins to listen.</summary>
    public TerminationSignals()
        : this(ProcessExit.Now) { }

    /// <summary>Begins to listen.</summary>
    /// <param name="end">Ends the process with an exit code.</param>
    internal TerminationSignals(Action<int> end)
    {
        _end = end;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, ExitCode.Interrupted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, ExitCode.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Stop(context, ExitCode.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context => Stop(context, ExitCode.Interrupted)),
        ];
    }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The code to exit with: that of the signal where the command was ended by one.</summary>
    /// <param name="commandResult">What the command returned.</param>
    public int ExitCodeFor(int commandResult) =>
        commandResult == ExitCode.Interrupted && _exitCode != 0 ? _exitCode : commandResult;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) == 0)
        {
            _source.Cancel();
        }
        else if (context.Signal != PosixSignal.SIGHUP)
        {
            // A closing terminal sends SIGHUP to everybody, those that are being interrupted included.
            _end(exitCode);
        }
    }
}
