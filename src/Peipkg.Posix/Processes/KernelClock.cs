using System.Buffers.Binary;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>The kernel's word on the time.</summary>
public static unsafe class KernelClock
{
    // struct timex of adjtimex(2) where a long has eight bytes.
    private const int Size = 208;
    private const int StatusOffset = 40;
    private const int SecondsOffset = 72;
    private const int Unsynchronized = 0x40;

    /// <summary>The time, where a service such as NTP keeps it right; null where nobody does, or that cannot be known.</summary>
    public static DateTimeOffset? Synchronized()
    {
        Span<byte> timex = stackalloc byte[Size];
        timex.Clear();
        fixed (byte* place = timex)
        {
            if (LibC.AdjustTime(place) < 0)
            {
                return null;
            }
        }

        int status = BinaryPrimitives.ReadInt32LittleEndian(timex[StatusOffset..]);
        long seconds = BinaryPrimitives.ReadInt64LittleEndian(timex[SecondsOffset..]);
        return (status & Unsynchronized) == 0 && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}
