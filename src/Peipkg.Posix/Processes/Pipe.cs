using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Processes;

/// <summary>A pipe whose ends no child inherits unless it is given them (<see cref="ChildProcessOptions.Descriptors"/>).</summary>
public sealed class Pipe : IDisposable
{
    private Pipe(SafeFileHandle readEnd, SafeFileHandle writeEnd) => (ReadEnd, WriteEnd) = (readEnd, writeEnd);

    /// <summary>What is written comes out here.</summary>
    public SafeFileHandle ReadEnd { get; }

    /// <summary>What is written goes in here.</summary>
    public SafeFileHandle WriteEnd { get; }

    /// <summary>Makes one.</summary>
    /// <exception cref="IOException">There are no descriptors left.</exception>
    public static Pipe Create()
    {
        (SafeFileHandle read, SafeFileHandle write) = PosixProcess.CreatePipe();
        return new Pipe(read, write);
    }

    /// <summary>Makes one that holds some bytes and ends after them.</summary>
    /// <param name="bytes">At most 64 KiB, what a pipe takes without a reader.</param>
    /// <exception cref="IOException">There are no descriptors left.</exception>
    public static SafeFileHandle Holding(ReadOnlySpan<byte> bytes)
    {
        const int Capacity = 64 << 10;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Capacity);
        Pipe pipe = Create();
        using (FileStream stream = new(pipe.WriteEnd, FileAccess.Write, bufferSize: 0))
        {
            stream.Write(bytes);
        }

        return pipe.ReadEnd;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReadEnd.Dispose();
        WriteEnd.Dispose();
    }
}
