using System.Runtime.InteropServices;

namespace Peipkg.Format.Compression;

/// <summary>A compressor of libzstd. Freeing it waits for its threads and drops the jobs that they have not begun.</summary>
internal sealed unsafe class ZstdCompressor : SafeHandle
{
    /// <exception cref="IOException">The library cannot be loaded, or there is no memory.</exception>
    internal ZstdCompressor()
        : base(0, ownsHandle: true)
    {
        handle = ZstdLibrary.Instance.NewCompressor();
        if (IsInvalid)
        {
            throw new IOException("there is no memory for a compressor");
        }
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() =>
        !ZstdLibrary.Instance.IsError(ZstdLibrary.Instance.FreeCompressor(handle));
}

/// <summary>A decompressor of libzstd.</summary>
internal sealed unsafe class ZstdDecompressor : SafeHandle
{
    /// <exception cref="IOException">The library cannot be loaded, or there is no memory.</exception>
    internal ZstdDecompressor()
        : base(0, ownsHandle: true)
    {
        handle = ZstdLibrary.Instance.NewDecompressor();
        if (IsInvalid)
        {
            throw new IOException("there is no memory for a decompressor");
        }
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() =>
        !ZstdLibrary.Instance.IsError(ZstdLibrary.Instance.FreeDecompressor(handle));
}
