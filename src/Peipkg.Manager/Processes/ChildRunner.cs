using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;

namespace Peipkg.Manager.Processes;

/// <summary>
/// Runs a child to its end under the farm's limits: total time, silence, amount of output, and what its whole process
/// tree may use. Whatever ends it, nothing of that tree is left (<see cref="ChildProcess"/>).
/// </summary>
/// <param name="clock">Measures silence.</param>
/// <param name="killsAdopted">
/// Whether also daemonised descendants are found and killed: true where this process starts children in no other way.
/// </param>
/// <param name="confinement">What keeps trees within their resources; null for their own processes only.</param>
internal sealed class ChildRunner(TimeProvider clock, bool killsAdopted = true, IConfinement? confinement = null)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BeginInterval = TimeSpan.FromSeconds(1);

    /// <summary>Runs the child on a thread of its own.</summary>
    /// <exception cref="ChildStartException">The program cannot be started.</exception>
    public async Task<ChildResult> RunAsync(
        ChildCommand command,
        IChildOutput stdout,
        IChildOutput stderr,
        ChildLimits limits,
        CancellationToken cancellation
    )
    {
        using IConfinedChild? confined = limits.Resources.AreSet ? confinement?.Begin(command, limits.Resources) : null;
        ChildResult result = await RunAsync(
            confined?.Command ?? command,
            confined,
            stdout,
            stderr,
            limits,
            cancellation
        );
        ChildEnd? excess = result.End == ChildEnd.Cancelled ? null : confined?.ExcessOf(result);
        return excess is { } end ? new ChildResult(end, 0) : result;
    }

    private async Task<ChildResult> RunAsync(
        ChildCommand command,
        IConfinedChild? confined,
        IChildOutput stdout,
        IChildOutput stderr,
        ChildLimits limits,
        CancellationToken cancellation
    )
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using ChildWatch watch = new(limits, clock, ending);
        using OutputStream output = new(stdout, watch);
        using OutputStream error = new(stderr, watch);
        try
        {
            ChildExit exit = await ChildProcess.RunAsync(
                new ChildProcessOptions
                {
                    FileName = command.Program,
                    Arguments = command.Arguments,
                    Environment = command.Environment,
                    WorkingDirectory = command.WorkingDirectory,
                    StandardOutput = output,
                    StandardError = error,
                    Timeout = limits.Start is null ? limits.Total : null,
                    Grace = limits.Grace,
                    KillAdopted = killsAdopted,
                    Started = pid => watch.Supervise(confined, pid),
                },
                ending.Token
            );
            return exit.TimedOut ? new ChildResult(ChildEnd.TimedOut, 0)
                : exit.Signal is { } signal ? new ChildResult(ChildEnd.Killed, signal)
                : new ChildResult(ChildEnd.Exited, exit.Code ?? -1);
        }
        catch (OperationCanceledException)
        {
            return new ChildResult(cancellation.IsCancellationRequested ? ChildEnd.Cancelled : watch.Reason, 0);
        }
        catch (ProcessStartException exception)
        {
            throw new ChildStartException(exception.Message, exception);
        }
    }

    /// <summary>Ends the child for what its time limit does not cover.</summary>
    private sealed class ChildWatch : IDisposable
    {
        private readonly ChildLimits _limits;
        private readonly TimeProvider _clock;
        private readonly CancellationTokenSource _ending;
        private readonly ITimer _timer;
        private readonly Lock _gate = new();
        private readonly ITimer? _waiting;
        private ITimer? _total;
        private ITimer? _supervision;
        private long _heard;
        private long _written;
        private bool _isOver;
        private int _looking;
        private int _failedLooks;

        public ChildWatch(ChildLimits limits, TimeProvider clock, CancellationTokenSource ending)
        {
            (_limits, _clock, _ending) = (limits, clock, ending);
            _heard = clock.GetTimestamp();
            TimeSpan silence = limits.Start is null ? limits.Silence : Timeout.InfiniteTimeSpan;
            _timer = clock.CreateTimer(_ => Look(), null, silence, Timeout.InfiniteTimeSpan);
            if (limits.Start is { } start)
            {
                long started = _heard;
                _waiting = clock.CreateTimer(_ => Await(start, started), null, BeginInterval, BeginInterval);
            }
        }

        public ChildEnd Reason { get; private set; } = ChildEnd.Cancelled;

        /// <summary>The child wrote something.</summary>
        public void Heard(int bytes)
        {
            Volatile.Write(ref _heard, _clock.GetTimestamp());
            if (Interlocked.Add(ref _written, bytes) > _limits.Output)
            {
                End(ChildEnd.TooMuchOutput);
            }
        }

        /// <summary>Ends the child for the first reason that there is.</summary>
        public void End(ChildEnd reason)
        {
            lock (_gate)
            {
                if (_ending.IsCancellationRequested)
                {
                    return;
                }

                Reason = reason;
            }

            _ending.Cancel();
        }

        /// <summary>Looks at the child's resources from now on.</summary>
        public void Supervise(IConfinedChild? child, int pid)
        {
            if (child is not null)
            {
                _supervision = _clock.CreateTimer(_ => Look(child, pid), null, LookInterval, LookInterval);
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _isOver = true;
                _timer.Dispose();
                _waiting?.Dispose();
                _total?.Dispose();
                _supervision?.Dispose();
            }
        }

        // From here on its limits count.
        private void Await(ChildStart start, long started)
        {
            lock (_gate)
            {
                if (_isOver || _total is not null)
                {
                    return;
                }

                if (start.HasBegun())
                {
                    _waiting!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    _heard = _clock.GetTimestamp();
                    _timer.Change(_limits.Silence, Timeout.InfiniteTimeSpan);
                    _total = _clock.CreateTimer(
                        _ => TryEnd(ChildEnd.TimedOut),
                        null,
                        _limits.Total,
                        Timeout.InfiniteTimeSpan
                    );
                    return;
                }
            }

            if (_clock.GetElapsedTime(started) > start.Within)
            {
                TryEnd(ChildEnd.NotBegun);
            }
        }

        private void Look(IConfinedChild child, int pid)
        {
            // A look may take longer than the interval.
            if (Interlocked.Exchange(ref _looking, 1) == 1)
            {
                return;
            }

            try
            {
                if (child.LookForExcess(pid) is { } excess)
                {
                    End(excess);
                }

                _failedLooks = 0;
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                // In a timer nobody else catches it. The child may have ended at this moment.
                if (++_failedLooks >= ManagerLimits.FailedLooks)
                {
                    TryEnd(ChildEnd.Unwatched);
                }
            }
            finally
            {
                Volatile.Write(ref _looking, 0);
            }
        }

        private void Look()
        {
            TimeSpan left = _limits.Silence - _clock.GetElapsedTime(Volatile.Read(ref _heard));
            try
            {
                if (left <= TimeSpan.Zero)
                {
                    End(ChildEnd.Stalled);
                }
                else
                {
                    _timer.Change(left, Timeout.InfiniteTimeSpan);
                }
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                // The child ended at this moment.
            }
        }

        private void TryEnd(ChildEnd reason)
        {
            try
            {
                End(reason);
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                // The child ended at this moment.
            }
        }
    }

    /// <summary>What the child writes, on its way to whoever takes it.</summary>
    private sealed class OutputStream(IChildOutput taker, ChildWatch watch) : WriteOnlyStream
    {
        private bool _ended;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            watch.Heard(buffer.Length);
            if (!_ended && !taker.Take(buffer))
            {
                _ended = true;
                watch.End(ChildEnd.TooMuchOutput);
            }
        }
    }
}

/// <summary>A program could not be started at all.</summary>
internal sealed class ChildStartException(string message, Exception inner) : Exception(message, inner);
