using SharpCompress.Compressors.ZStandard;

namespace Peipkg.Fuzz;

/// <summary>The frame around a package's archive, so that what is inside can be damaged.</summary>
internal static class ZstdFrame
{
    internal static byte[] Unpack(byte[] frame)
    {
        using MemoryStream input = new(frame);
        using DecompressionStream decompressor = new(input, leaveOpen: true);
        using MemoryStream content = new();
        decompressor.CopyTo(content);
        return content.ToArray();
    }

    internal static byte[] Pack(byte[] content)
    {
        using MemoryStream output = new();
        using (CompressionStream compressor = new(output, 1, leaveOpen: true))
        {
            compressor.Write(content);
        }

        return output.ToArray();
    }
}
