using ZstdSharp;

namespace Peipkg.Fuzz;

/// <summary>The frame around a package's archive, so that what is inside can be damaged.</summary>
internal static class ZstdFrame
{
    internal static byte[] Unpack(byte[] frame)
    {
        using Decompressor decompressor = new();
        return decompressor.Unwrap(frame).ToArray();
    }

    internal static byte[] Pack(byte[] content)
    {
        using Compressor compressor = new(1);
        return compressor.Wrap(content).ToArray();
    }
}
