using System.Runtime.InteropServices;

namespace Peipkg.Format.Json;

/// <summary>A hash of bytes that nobody outside the process can predict, so that hostile keys cannot be made to collide.</summary>
internal static class RandomizedHash
{
    internal static int Of(ReadOnlySpan<byte> bytes)
    {
        // The runtime seeds the hash of strings at random; an odd last byte, which makes no char, is mixed in.
        var even = MemoryMarshal.Cast<byte, char>(bytes);
        var hash = string.GetHashCode(even, StringComparison.Ordinal);
        return (bytes.Length & 1) == 0 ? hash : unchecked((hash ^ (bytes[^1] + 1)) * (int)2_654_435_761u);
    }
}
