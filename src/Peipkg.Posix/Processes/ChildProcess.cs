using System.Diagnostics;

namespace Peipkg.Posix.Processes;

/// <summary>
/// Runs a program to its end together with all it starts. When <see cref="Run"/> returns or throws, nothing of it is
/// left: not in its group, not in other sessions, not as a daemon.
/// </summary>
public static class ChildProcess
{
    /// <summary>Runs a program and waits for it.</summary>
    /// <param name="options">What to run, and how to end it.</param>
    /// <param name="cancellation">Ends everything: SIGTERM, and SIGKILL after the grace period.</param>
    /// <exception cref="ProcessStartException">The program cannot be started.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; all its processes are gone.</exception>
    /// <exception cref="IOException">An output stream could not be written; the program was run to its end.</exception>
    public static ChildExit Run(ChildProcessOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using OutputPump? output = options.StandardOutput is { } target ? new OutputPump(target) : null;
        bool together = output is not null && ReferenceEquals(options.StandardOutput, options.StandardError);
        using OutputPump? error = !together && options.StandardError is { } other ? new OutputPump(other) : null;
        ChildExit exit;
        try
        {
            int pid = ProcessTree.Start(
                () =>
                    ProcessSpawner.Start(
                        options,
                        null,
                        output?.WriteEnd,
                        together ? output!.WriteEnd : error?.WriteEnd
                    ),
                options.KillAdopted
            );
            output?.Begin();
            error?.Begin();
            bool timedOut;
            DeathWatch? watch = null;
            try
            {
                watch = options.WhenWeDie is { } plan ? DeathWatch.Begin(pid, plan, options.KillAdopted) : null;
                options.Started?.Invoke(pid);
                timedOut = !AwaitExit(pid, options, cancellation);
            }
            catch
            {
                // Whoever was told of the process failed; what was started must not outlive that.
                ProcessTree.SendSignal(pid, Signal.Kill);
                PosixProcess.AwaitExit(pid);
                ProcessTree.KillLeftOver(pid, options.KillAdopted, TimeSpan.Zero);
                ProcessTree.Reap(pid);
                watch?.Dispose();
                throw;
            }

            bool itself = !timedOut && !cancellation.IsCancellationRequested;
            int leftOver = ProcessTree.KillLeftOver(
                pid,
                options.KillAdopted,
                itself ? PosixLimits.SettlingTime : TimeSpan.Zero
            );
            watch?.Dispose();
            exit = Decode(ProcessTree.Reap(pid), timedOut, leftOver);
        }
        finally
        {
            output?.Finish(PosixLimits.OutputPatience);
            error?.Finish(PosixLimits.OutputPatience);
        }

        cancellation.ThrowIfCancellationRequested();
        if ((output?.Failure ?? error?.Failure) is { } failure)
        {
            throw new IOException($"the output of {options.FileName} could not be written: {failure.Message}", failure);
        }

        return exit;
    }

    /// <summary>Runs a program on a thread of its own.</summary>
    /// <inheritdoc cref="Run"/>
    public static Task<ChildExit> RunAsync(ChildProcessOptions options, CancellationToken cancellation) =>
        Task.Factory.StartNew(
            () => Run(options, cancellation),
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    private static ChildExit Decode(int? status, bool timedOut, int leftOver)
    {
        int value = status ?? throw new InvalidOperationException("a child process was reaped by somebody else");
        int signal = value & 0x7f;
        return signal == 0
            ? new ChildExit((value >> 8) & 0xff, null, timedOut, leftOver)
            : new ChildExit(null, signal, timedOut, leftOver);
    }

    /// <summary>Waits for the end, and brings it about when it is time to.</summary>
    /// <returns>False when it ran out of time.</returns>
    private static bool AwaitExit(int pid, ChildProcessOptions options, CancellationToken cancellation)
    {
        using ManualResetEventSlim exited = new();
        Thread waiter = new(() =>
        {
            PosixProcess.AwaitExit(pid);
            exited.Set();
        })
        {
            IsBackground = true,
            Name = $"end of process {pid}",
        };
        waiter.Start();

        bool inTime = Wait(exited, options.Timeout, cancellation);
        if (!exited.IsSet)
        {
            ProcessTree.SendSignal(pid, Signal.Terminate);
            Stopwatch watch = Stopwatch.StartNew();
            exited.Wait(options.Grace, CancellationToken.None);

            // The leader may be gone before those it started have finished cleaning up.
            while (watch.Elapsed < options.Grace && ProcessTree.Orphans().Count > 0)
            {
                Thread.Sleep(5);
            }

            if (!exited.IsSet)
            {
                ProcessTree.SendSignal(pid, Signal.Kill);
                exited.Wait(CancellationToken.None);
            }
        }

        waiter.Join();
        return inTime;
    }

    private static bool Wait(ManualResetEventSlim exited, TimeSpan? timeout, CancellationToken cancellation)
    {
        try
        {
            return exited.Wait(timeout ?? Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
