using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// Writes to a descriptor that the process was started with. The console's own streams would take a terminal over: they
/// send it sequences that change what its keys mean, and handle its signals.
/// </summary>
/// <param name="descriptor">Its number, mostly 1 or 2; stays open.</param>
/// <param name="mayFail">
/// Whether what cannot be written is an error, as for results. For messages it is none: nobody can be told, and what they
/// are about must not fail of it; what cannot be written is dropped.
/// </param>
/// <param name="name">What it is called in messages; null for its usual name.</param>
public sealed unsafe class DescriptorStream(int descriptor, bool mayFail, string? name = null) : WriteOnlyStream
{
    /// <summary>Whether whoever reads has left.</summary>
    public bool IsAbandoned
    {
        get
        {
            LibC.PollDescriptor now = new() { Descriptor = descriptor };
            return LibC.Poll(&now, 1, 0) > 0 && (now.Returned & LibC.Failed) != 0;
        }
    }

    /// <summary>Writes all of it; nothing where whoever reads has left.</summary>
    /// <exception cref="PosixIOException">The disk is full, or the descriptor not open for writing, and that is an error.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = buffer)
            {
                written = LibC.Write(descriptor, bytes, (nuint)buffer.Length);
            }

            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            Errno error = PosixIOException.LastError;
            switch (error)
            {
                case Errno.Interrupted:
                    break;
                case Errno.WouldBlock:
                    // Somebody who shares it has made it one that does not wait.
                    LibC.PollDescriptor wait = new() { Descriptor = descriptor, Events = LibC.Writable };
                    _ = LibC.Poll(&wait, 1, -1);
                    break;
                case Errno.BrokenPipe:
                    return;
                default:
                    if (mayFail)
                    {
                        throw PosixIOException.Of(error, "write to", name ?? StandardDescriptors.NameOf(descriptor));
                    }

                    return;
            }
        }
    }
}
