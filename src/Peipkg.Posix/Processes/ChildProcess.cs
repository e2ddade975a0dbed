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

        // The keyring is the thread's, and this one keeps its own.
        return options.OwnKeyring
            ? RunAsync(options, cancellation).GetAwaiter().GetResult()
            : RunHere(options, cancellation);
    }

    private static ChildExit RunHere(ChildProcessOptions options, CancellationToken cancellation)
    {
        // Everything that waiting takes is there before the process is.
        using ExitWatch exitWatch = new(options.KillAdopted);
        using OutputPump? output = options.StandardOutput is { } target ? new OutputPump(target) : null;
        bool together = output is not null && ReferenceEquals(options.StandardOutput, options.StandardError);
        using OutputPump? error = !together && options.StandardError is { } other ? new OutputPump(other) : null;
        using ControlGroup? group = options.OwnControlGroup ? ControlGroup.TryCreate() : null;
        ChildExit exit;
        try
        {
            int pid = ProcessTree.Start(
                () =>
                    ProcessSpawner.Start(
                        group?.Wrap(options) ?? options,
                        options.StandardInput,
                        output?.WriteEnd,
                        together ? output!.WriteEnd : error?.WriteEnd
                    ),
                options.KillAdopted
            );
            exitWatch.Begin(pid);
            output?.Dispose();
            error?.Dispose();
            bool timedOut;
            DeathWatch? watch = null;
            try
            {
                watch = options.WhenWeDie is { } plan ? DeathWatch.Begin(pid, plan, options.KillAdopted, group) : null;
                options.Started?.Invoke(pid);
                timedOut = !AwaitExit(pid, exitWatch.Exited, options, cancellation);
            }
            catch
            {
                // Whoever was told of the process failed; what was started must not outlive that.
                ProcessTree.SendSignal(pid, Signal.Kill);
                exitWatch.Exited.Wait(CancellationToken.None);
                ProcessTree.KillLeftOver(pid, options.KillAdopted, TimeSpan.Zero, group);
                ProcessTree.Reap(pid);
                watch?.Dispose();
                throw;
            }

            bool itself = !timedOut && !cancellation.IsCancellationRequested;
            (int leftOver, bool escaped) = ProcessTree.KillLeftOver(
                pid,
                options.KillAdopted,
                itself ? PosixLimits.SettlingTime : TimeSpan.Zero,
                group
            );
            watch?.Dispose();
            exit = Decode(ProcessTree.Reap(pid), timedOut, leftOver) with { Escaped = escaped };
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
    public static Task<ChildExit> RunAsync(ChildProcessOptions options, CancellationToken cancellation)
    {
        TaskCompletionSource<ChildExit> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<ChildExit>(cancellation);
        }

        try
        {
            OwnThread.Start(() => Complete(completion, options, cancellation), "starter of a child process");
        }
        catch (ProcessStartException exception)
        {
            completion.SetException(exception);
        }

        return completion.Task;
    }

    private static void Complete(
        TaskCompletionSource<ChildExit> completion,
        ChildProcessOptions options,
        CancellationToken cancellation
    )
    {
        try
        {
            if (options.OwnKeyring)
            {
                SessionKeyring.Leave();
            }

            // This thread waits for the child to its end, because the kernel takes the end of the thread that started a child
            // for the end of its parent.
            completion.SetResult(RunHere(options, cancellation));
        }
        catch (OperationCanceledException exception)
        {
            completion.SetCanceled(exception.CancellationToken);
        }
#pragma warning disable CA1031 // It is thrown where the task is awaited.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            completion.SetException(exception);
        }
    }

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
    private static bool AwaitExit(
        int pid,
        ManualResetEventSlim exited,
        ChildProcessOptions options,
        CancellationToken cancellation
    )
    {
        bool inTime = Wait(exited, options.Timeout, cancellation);
        if (!exited.IsSet)
        {
            ProcessTree.SendSignal(pid, Signal.Terminate);
            Stopwatch watch = Stopwatch.StartNew();
            exited.Wait(options.Grace, CancellationToken.None);

            // The leader may be gone before those it started have finished cleaning up.
            while (watch.Elapsed < options.Grace && ProcessTree.ReapOrphans().Count > 0)
            {
                Thread.Sleep(5);
            }

            if (!exited.IsSet)
            {
                ProcessTree.SendSignal(pid, Signal.Kill);
                exited.Wait(CancellationToken.None);
            }
        }

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
