using Peipkg.Posix.Native;

namespace Peipkg.Posix.Memory;

/// <summary>Memory for large data.</summary>
public static unsafe class LargeMemory
{
    // The largest page there is on these architectures, so that no neighbour's memory is touched.
    private const nint Page = 64 << 10;

    /// <summary>
    /// Has memory ready: in huge pages where the machine has them, and all at once. Met page by page on first use, it would
    /// cost more than reading the data into it. Little memory is left as it is.
    /// </summary>
    public static void Prepare(Span<byte> memory)
    {
        if (memory.Length < PosixLimits.PreparedMemoryBytes)
        {
            return;
        }

        fixed (byte* start = memory)
        {
            nint first = ((nint)start + Page - 1) & -Page;
            nint end = ((nint)start + memory.Length) & -Page;

            // Nothing depends on it, so that a kernel may refuse.
            _ = LibC.Advise(first, end - first, LibC.WithHugePages);
            _ = LibC.Advise(first, end - first, LibC.ReadyForWriting);
        }
    }
}
