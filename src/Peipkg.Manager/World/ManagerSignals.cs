using System.Runtime.InteropServices;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.Manager.World;

/// <summary>
/// The first SIGTERM or SIGINT asks to end after the running build, the second to stop now, and a third ends the process at
/// once; SIGHUP reloads recipes and configuration.
/// A command that only looks at a farm or leads it has nothing to drain and ends at the first of them.
/// Only <c>Program.cs</c> listens to real signals.
/// </summary>
internal sealed class ManagerSignals : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _any = new();
    private readonly Lock _gate = new();
    private PosixSignalRegistration[] _registrations = [];
    private Action? _reload;
    private bool _missed;
    private int _exitCode = ExitCode.Interrupted;
    private int _first;

    /// <summary>
    /// Told what a handler threw. Signals are handled on threads of the pool, where an exception that nobody catches
    /// ends the process.
    /// </summary>
    public Action<Exception>? Fault { get; set; }

    /// <summary>Raised on SIGHUP, on a thread of the pool; one that came before anybody listened is told the first who does.</summary>
    public event Action? Reload
    {
        add
        {
            bool missed;
            lock (_gate)
            {
                _reload += value;
                (missed, _missed) = (_missed, false);
            }

            if (missed && value is not null)
            {
                Guard(value);
            }
        }
        remove
        {
            lock (_gate)
            {
                _reload -= value;
            }
        }
    }

    /// <summary>Cancelled: begin nothing new.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Cancelled: stop what is running.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled: a signal of any kind came; what everything but the farm itself observes.</summary>
    public CancellationToken Any => _any.Token;

    /// <summary>How the process ends when it was stopped at once.</summary>
    public int StopExitCode => _exitCode;

    /// <summary>How a command ends that <see cref="Any"/> has ended.</summary>
    public int FirstExitCode => _first;

    /// <summary>Listens to the process's signals. Under nohup SIGHUP reloads a farm, too, and ends no command.</summary>
    public void Listen()
    {
        bool hangupWasIgnored = ProcessSignal.StopIgnoring(Signal.Hangup);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Terminate(context, ExitCode.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Terminate(context, ExitCode.Interrupted)),
            PosixSignalRegistration.Create(
                PosixSignal.SIGHUP,
                context =>
                {
                    context.Cancel = true;
                    if (!hangupWasIgnored)
                    {
                        Note(ExitCode.Terminated);
                    }

                    Action? reload;
                    lock (_gate)
                    {
                        reload = _reload;
                        _missed = reload is null;
                    }

                    Guard(() => reload?.Invoke());
                }
            ),
        ];
    }

    /// <summary>Acts as on a SIGTERM.</summary>
    public void Terminate(int exitCode)
    {
        lock (_gate)
        {
            if (!_drain.IsCancellationRequested)
            {
                Guard(_drain.Cancel);
                return;
            }

            _exitCode = exitCode;
            Guard(_stop.Cancel);
        }
    }

    /// <summary>Acts as on a first SIGTERM.</summary>
    /// <returns>False when one has come before; nothing is stopped at once then.</returns>
    public bool BeginDrain()
    {
        lock (_gate)
        {
            if (_drain.IsCancellationRequested)
            {
                return false;
            }
        }

        // Not under the caller: what hangs on the token may wait for the request that brought this.
        _ = Task.Run(() => Guard(_drain.Cancel));
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _drain.Dispose();
        _stop.Dispose();
        _any.Dispose();
    }

    private void Terminate(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        if (_stop.IsCancellationRequested)
        {
            ProcessExit.Now(exitCode);
        }

        Note(exitCode);
        Terminate(exitCode);
    }

    private void Note(int exitCode)
    {
        Interlocked.CompareExchange(ref _first, exitCode, 0);
        Guard(_any.Cancel);
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            Fault?.Invoke(exception);
        }
    }
}
