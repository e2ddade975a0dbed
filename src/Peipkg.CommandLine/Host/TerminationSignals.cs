using System.Runtime.InteropServices;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Host;

/// <summary>
/// Turns the first SIGINT, SIGQUIT, SIGTERM or SIGHUP into cancellation, so that a command can put its house in order, and
/// remembers which it was. Only <c>Program.cs</c> makes one.
/// </summary>
public sealed class TerminationSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _exitCode;

    /// <summary>Begins to listen.</summary>
    public TerminationSignals() =>
        _registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, ExitCode.Interrupted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, ExitCode.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Stop(context, ExitCode.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context => Stop(context, ExitCode.Interrupted)),
        ];

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
        Interlocked.CompareExchange(ref _exitCode, exitCode, 0);
        _source.Cancel();
    }
}
