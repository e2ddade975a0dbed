using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Peipkg.Manager.Processes;

/// <summary>
/// A started child: the leader of a session of its own, stdin at <c>/dev/null</c>, stdout and stderr in pipes,
/// every signal at its default. (The runtime ignores SIGPIPE, and children would inherit that.)
/// </summary>
internal sealed unsafe class SpawnedChild : IDisposable
{
    private SpawnedChild(int pid, int pidDescriptor, int stdout, int stderr)
    {
        Pid = pid;
        PidDescriptor = pidDescriptor;
        Stdout = stdout;
        Stderr = stderr;
    }

    public int Pid { get; }

    /// <summary>A pidfd: readable once the child has ended.</summary>
    public int PidDescriptor { get; }

    public int Stdout { get; private set; }

    public int Stderr { get; private set; }

    /// <exception cref="ChildStartException">The program cannot be started.</exception>
    public static SpawnedChild Start(ChildCommand command)
    {
        int* stdout = stackalloc int[2];
        int* stderr = stackalloc int[2];
        Check(Posix.Pipe2(stdout, Posix.CloseOnExec), command);
        if (Posix.Pipe2(stderr, Posix.CloseOnExec) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            Posix.Close(stdout[0]);
            Posix.Close(stdout[1]);
            throw new ChildStartException(command, error);
        }

        int failure = Spawn(command, stdout[1], stderr[1], out int pid);
        Posix.Close(stdout[1]);
        Posix.Close(stderr[1]);
        int pidDescriptor = failure == 0 ? Posix.PidfdOpen(pid) : -1;
        if (pidDescriptor < 0)
        {
            failure = failure != 0 ? failure : Marshal.GetLastPInvokeError();
            Posix.Close(stdout[0]);
            Posix.Close(stderr[0]);
            throw new ChildStartException(command, failure);
        }

        return new SpawnedChild(pid, pidDescriptor, stdout[0], stderr[0]);
    }

    /// <summary>Signals the whole process group. Safe as long as the leader has not been reaped: its id stays taken.</summary>
    public void Signal(int signal) => Posix.Kill(-Pid, signal);

    /// <summary>Reaps the leader, which must have ended.</summary>
    public int Reap()
    {
        int status;
        int result;
        do
        {
            result = Posix.WaitPid(Pid, out status, 0);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Posix.Interrupted);

        // Somebody set SIGCHLD to be ignored: the kernel reaped it, and how it ended is lost. Never take that for success.
        return result == Pid ? status : 0xFF00;
    }

    public void CloseStdout() => Stdout = CloseOnce(Stdout);

    public void CloseStderr() => Stderr = CloseOnce(Stderr);

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseStdout();
        CloseStderr();
        Posix.Close(PidDescriptor);
    }

    private static int Spawn(ChildCommand command, int stdout, int stderr, out int pid)
    {
        byte* attributes = stackalloc byte[Posix.SpawnStructureSize];
        byte* actions = stackalloc byte[Posix.SpawnStructureSize];
        byte* allSignals = stackalloc byte[Posix.SignalSetSize];
        byte* noSignals = stackalloc byte[Posix.SignalSetSize];
        new Span<byte>(allSignals, Posix.SignalSetSize).Fill(0xFF);
        new Span<byte>(noSignals, Posix.SignalSetSize).Clear();
        using NativeStrings strings = new();
        int failure = Posix.SpawnAttributesInit(attributes);
        failure = First(failure, Posix.FileActionsInit(actions));
        try
        {
            failure = First(failure, Posix.SpawnAttributesSetFlags(
                attributes, Posix.SpawnSetSession | Posix.SpawnSetSignalDefaults | Posix.SpawnSetSignalMask));
            failure = First(failure, Posix.SpawnAttributesSetSignalDefaults(attributes, allSignals));
            failure = First(failure, Posix.SpawnAttributesSetSignalMask(attributes, noSignals));
            failure = First(failure, Posix.FileActionsAddOpen(actions, 0, strings.Add("/dev/null"), 0, 0));
            failure = First(failure, Posix.FileActionsAddDup2(actions, stdout, 1));
            failure = First(failure, Posix.FileActionsAddDup2(actions, stderr, 2));
            // Whatever the manager itself inherited without close-on-exec is none of a build's business.
            failure = First(failure, Posix.FileActionsAddCloseFrom(actions, 3));
            failure = First(failure, Posix.FileActionsAddChangeDirectory(actions, strings.Add(command.WorkingDirectory)));
            pid = 0;
            return failure != 0 ? failure : Posix.Spawn(
                out pid,
                strings.Add(command.Program),
                actions,
                attributes,
                strings.AddArray([command.Program, .. command.Arguments]),
                strings.AddArray([.. command.Environment.Select(variable => $"{variable.Key}={variable.Value}")]));
        }
        finally
        {
            _ = Posix.FileActionsDestroy(actions);
            _ = Posix.SpawnAttributesDestroy(attributes);
        }
    }

    private static int First(int failure, int next) => failure != 0 ? failure : next;

    private static int CloseOnce(int descriptor)
    {
        if (descriptor >= 0)
        {
            Posix.Close(descriptor);
        }

        return -1;
    }

    private static void Check(int result, ChildCommand command)
    {
        if (result != 0)
        {
            throw new ChildStartException(command, Marshal.GetLastPInvokeError());
        }
    }
}

/// <summary>A program could not be started at all.</summary>
internal sealed class ChildStartException(ChildCommand command, int error)
    : Exception($"{command.Program} cannot be started: {new Win32Exception(error).Message}");
