using System.Runtime.InteropServices;

namespace Peipkg.Manager.Processes;

/// <summary>
/// Runs a child to its end on one thread: reads its pipes, watches its limits, stops its whole process group with
/// SIGTERM and then SIGKILL. Whatever it left behind in its group is killed when it ends, well or not.
/// </summary>
/// <remarks>
/// One poll loop over both pipes, a pidfd and an eventfd instead of asynchronous streams: reads of a pipe cannot be
/// cancelled, and a grandchild that inherited stdout would hold the end of file back for as long as it lives.
/// </remarks>
internal static unsafe class ChildProcess
{
    private const int BufferSize = 64 * 1024;

    // After the leader ended, its group is dead at once; only a process in another session can still hold the pipes.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    /// <summary>Runs the child on a thread of its own.</summary>
    /// <exception cref="ChildStartException">The program cannot be started.</exception>
    public static Task<ChildResult> RunAsync(
        ChildCommand command,
        IChildOutput stdout,
        IChildOutput stderr,
        ChildLimits limits,
        TimeProvider clock,
        CancellationToken stop) => Task.Factory.StartNew(
            () => Run(command, stdout, stderr, limits, clock, stop),
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);

    private static ChildResult Run(
        ChildCommand command,
        IChildOutput stdout,
        IChildOutput stderr,
        ChildLimits limits,
        TimeProvider clock,
        CancellationToken stop)
    {
        using WakeUp wake = new();
        using SpawnedChild child = SpawnedChild.Start(command);
        Watch watch = new(limits, clock);
        byte[] buffer = new byte[BufferSize];
        try
        {
            using CancellationTokenRegistration registration = stop.Register(wake.Signal);
            Posix.PollDescriptor* polled = stackalloc Posix.PollDescriptor[4];
            while (true)
            {
                polled[0] = new Posix.PollDescriptor { Descriptor = child.Stdout, Events = Posix.PollIn };
                polled[1] = new Posix.PollDescriptor { Descriptor = child.Stderr, Events = Posix.PollIn };
                polled[2] = new Posix.PollDescriptor { Descriptor = watch.HasEnded ? -1 : child.PidDescriptor, Events = Posix.PollIn };
                polled[3] = new Posix.PollDescriptor { Descriptor = watch.IsStopping ? -1 : wake.Descriptor, Events = Posix.PollIn };
                int ready = Posix.Poll(polled, 4, watch.NextTimeout());
                if (ready < 0 && Marshal.GetLastPInvokeError() != Posix.Interrupted)
                {
                    throw new IOException($"waiting for {command.Name} failed (errno {Marshal.GetLastPInvokeError()})");
                }

                if (ready > 0)
                {
                    if (polled[0].Returned != 0 && !Pump(child.Stdout, stdout, buffer, watch))
                    {
                        child.CloseStdout();
                    }

                    if (polled[1].Returned != 0 && !Pump(child.Stderr, stderr, buffer, watch))
                    {
                        child.CloseStderr();
                    }

                    if (polled[2].Returned != 0)
                    {
                        watch.Ended();
                        child.Signal(Posix.SigKill);
                    }
                }

                if (watch.SignalDue(stop.IsCancellationRequested) is { } signal)
                {
                    child.Signal(signal);
                }

                if (watch.HasEnded && ((child.Stdout < 0 && child.Stderr < 0) || watch.IsDrained))
                {
                    return watch.Result(child.Reap());
                }
            }
        }
        catch
        {
            // A taker threw: nothing may be left running, and nothing unreaped.
            child.Signal(Posix.SigKill);
            child.Reap();
            throw;
        }
    }

    // False at the end of file.
    private static bool Pump(int descriptor, IChildOutput output, byte[] buffer, Watch watch)
    {
        nint count;
        fixed (byte* start = buffer)
        {
            count = Posix.Read(descriptor, start, buffer.Length);
        }

        if (count < 0)
        {
            return Marshal.GetLastPInvokeError() == Posix.Interrupted;
        }

        if (count > 0)
        {
            watch.Heard();
            if (!output.Take(buffer.AsSpan(0, (int)count)))
            {
                watch.Overflowed();
            }
        }

        return count > 0;
    }

    /// <summary>What the loop decides by: times, the reason for stopping, the next signal.</summary>
    private sealed class Watch(ChildLimits limits, TimeProvider clock)
    {
        private readonly long _started = clock.GetTimestamp();
        private long _heard = clock.GetTimestamp();
        private long _stopping;
        private long _ended;
        private ChildEnd? _reason;
        private bool _termSent;
        private bool _killSent;

        public bool HasEnded { get; private set; }

        public bool IsStopping => _reason is not null;

        public bool IsDrained => clock.GetElapsedTime(_ended) >= DrainTime;

        public void Heard() => _heard = clock.GetTimestamp();

        public void Overflowed() => StopFor(ChildEnd.TooMuchOutput);

        public void Ended()
        {
            HasEnded = true;
            _ended = clock.GetTimestamp();
        }

        public int NextTimeout()
        {
            TimeSpan next = HasEnded
                ? DrainTime - clock.GetElapsedTime(_ended)
                : IsStopping
                    ? limits.Grace - clock.GetElapsedTime(_stopping)
                    : Min(limits.Total - clock.GetElapsedTime(_started), limits.Silence - clock.GetElapsedTime(_heard));
            return (int)Math.Clamp(next.TotalMilliseconds + 1, 1, 60_000);
        }

        public int? SignalDue(bool cancelled)
        {
            if (HasEnded)
            {
                return null;
            }

            if (!IsStopping)
            {
                if (cancelled)
                {
                    StopFor(ChildEnd.Cancelled);
                }
                else if (clock.GetElapsedTime(_started) >= limits.Total)
                {
                    StopFor(ChildEnd.TimedOut);
                }
                else if (clock.GetElapsedTime(_heard) >= limits.Silence)
                {
                    StopFor(ChildEnd.Stalled);
                }
            }

            if (IsStopping && !_termSent)
            {
                _termSent = true;
                return Posix.SigTerm;
            }

            if (IsStopping && !_killSent && clock.GetElapsedTime(_stopping) >= limits.Grace)
            {
                _killSent = true;
                return Posix.SigKill;
            }

            return null;
        }

        public ChildResult Result(int status)
        {
            int signal = status & 0x7F;
            int code = signal != 0 ? signal : (status >> 8) & 0xFF;
            return new ChildResult(_reason ?? (signal != 0 ? ChildEnd.Killed : ChildEnd.Exited), code);
        }

        private void StopFor(ChildEnd reason)
        {
            if (_reason is null && !HasEnded)
            {
                _reason = reason;
                _stopping = clock.GetTimestamp();
            }
        }

        private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
    }

    /// <summary>An eventfd that a cancellation makes readable.</summary>
    private sealed class WakeUp : IDisposable
    {
        public WakeUp()
        {
            Descriptor = Posix.EventFd(0, Posix.CloseOnExec | Posix.NonBlocking);
            if (Descriptor < 0)
            {
                throw new IOException($"eventfd failed (errno {Marshal.GetLastPInvokeError()})");
            }
        }

        public int Descriptor { get; }

        public void Signal()
        {
            ulong one = 1;
            Posix.Write(Descriptor, (byte*)&one, sizeof(ulong));
        }

        public void Dispose() => Posix.Close(Descriptor);
    }
}
