using System.Runtime.InteropServices;

namespace Peipkg.Posix.Files;

/// <summary>
/// Writes to a descriptor that the process was started with. The console's own streams would take a terminal over: they
/// send it sequences that change what its keys mean, and handle its signals.
/// </summary>
/// <param name="descriptor">1 or 2; stays open.</param>
internal sealed unsafe partial class DescriptorStream(int descriptor) : WriteOnlyStream
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BrokenPipe = 32;
    private const short Writable = 4;
    private const short Failed = 8;

    /// <summary>Whether whoever reads has left.</summary>
    public bool IsAbandoned
    {
        get
        {
            PollDescriptor now = new() { Descriptor = descriptor };
            return Poll(&now, 1, 0) > 0 && (now.Returned & Failed) != 0;
        }
    }

    /// <summary>Writes all of it; nothing where whoever reads has left.</summary>
    /// <exception cref="IOException">The disk is full, or the descriptor closed.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = buffer)
            {
                written = WriteTo(descriptor, bytes, (nuint)buffer.Length);
            }

            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            switch (error)
            {
                case Interrupted:
                    break;
                case TryAgain:
                    // Somebody who shares it has made it one that does not wait.
                    PollDescriptor wait = new() { Descriptor = descriptor, Events = Writable };
                    _ = Poll(&wait, 1, -1);
                    break;
                case BrokenPipe:
                    return;
                default:
                    throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);
}
