using System.Runtime.InteropServices;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Memory;

/// <summary>Random bytes of the kernel, fit for keys (getrandom(2)); it waits until the kernel has gathered enough.</summary>
public static unsafe class KernelRandom
{
    private const int Interrupted = 4;

    /// <summary>Fills a buffer.</summary>
    /// <exception cref="IOException">The kernel gives none.</exception>
    public static void Fill(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            nint written;
            fixed (byte* start = buffer)
            {
                written = LibC.GetRandom(start, (nuint)buffer.Length, flags: 0);
            }

            if (written < 0)
            {
                if (Marshal.GetLastPInvokeError() == Interrupted)
                {
                    continue;
                }

                throw new IOException($"the kernel gives no random bytes: {Marshal.GetLastPInvokeErrorMessage()}");
            }

            buffer = buffer[(int)written..];
        }
    }
}
