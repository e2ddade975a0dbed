using System.Numerics;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>
/// Narrows the processors of the calling thread, which what it starts inherits, until it is disposed. The threads that
/// exist already keep theirs.
/// </summary>
internal readonly unsafe struct ProcessorAffinity : IDisposable
{
    private const int Bytes = PosixLimits.AffinityBytes;

    private readonly byte[]? _before;

    private ProcessorAffinity(byte[] before) => _before = before;

    /// <summary>Leaves the first processors of those that we may use.</summary>
    /// <param name="count">How many; null, or more than there are, changes nothing.</param>
    internal static ProcessorAffinity Narrow(int? count)
    {
        byte[] before = new byte[Bytes];
        fixed (byte* mask = before)
        {
            if (count is null || Get(0, Bytes, mask) < 0)
            {
                return default;
            }
        }

        byte[] narrow = new byte[Bytes];
        int left = count.Value;
        for (int bit = 0; bit < Bytes * 8 && left > 0; bit++)
        {
            if ((before[bit / 8] & (1 << (bit % 8))) != 0)
            {
                narrow[bit / 8] |= (byte)(1 << (bit % 8));
                left--;
            }
        }

        Apply(narrow);
        return new ProcessorAffinity(before);
    }

    /// <summary>How many processors we may use.</summary>
    internal static int Available()
    {
        byte* mask = stackalloc byte[Bytes];
        new Span<byte>(mask, Bytes).Clear();
        int length = Get(0, Bytes, mask);
        int count = 0;
        for (int i = 0; i < length; i++)
        {
            count += BitOperations.PopCount(mask[i]);
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_before is not null)
        {
            Apply(_before);
        }
    }

    private static void Apply(byte[] bits)
    {
        fixed (byte* mask = bits)
        {
            _ = LibC.SetAffinity(0, Bytes, mask);
        }
    }

    // The system call answers how much of the mask it filled; the C library's function fills all of it and answers 0.
    private static int Get(int pid, nuint size, byte* mask) => LibC.GetAffinity(pid, size, mask) < 0 ? -1 : (int)size;
}
