using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Processes;

/// <summary>Carries what a process writes from a pipe into a stream.</summary>
internal sealed class OutputPump : IDisposable
{
    private readonly SafeFileHandle _readEnd;
    private readonly Action<ReadOnlySpan<byte>> _write;
    private readonly Thread _thread;

    internal OutputPump(Stream target)
    {
        _write = target.Write;
        (_readEnd, WriteEnd) = PosixProcess.CreatePipe();
        _thread = OwnThread.Start(Carry, "output of a child process");
    }

    /// <summary>The end for the child; closed here once the child has it.</summary>
    internal SafeFileHandle WriteEnd { get; }

    /// <summary>What went wrong when writing to the stream.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Closes our side of what the child writes to: with its own, the output ends.</summary>
    public void Dispose() => WriteEnd.Dispose();

    /// <summary>Waits for the end of the output; a process that escaped with the pipe in its hand is not waited for.</summary>
    internal void Finish(TimeSpan limit)
    {
        WriteEnd.Dispose();
        _thread.Join(limit);
    }

    private void Carry()
    {
        byte[] buffer = new byte[PosixLimits.PipeBytes];
        using FileStream pipe = new(_readEnd, FileAccess.Read, bufferSize: 0);
        int count;
        while ((count = pipe.Read(buffer)) > 0)
        {
            // After a failure the pipe is still emptied, or the process would hang in its next write.
            if (Failure is null)
            {
                Write(buffer.AsSpan(0, count));
            }
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _write(bytes);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or NotSupportedException)
        {
            Failure = exception;
        }
    }
}
