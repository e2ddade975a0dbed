using System.Runtime.InteropServices;
using Peipkg.Posix.Memory;

namespace Peipkg.Format.Compression;

/// <summary>
/// The functions of libzstd that packages need. The library travels in this assembly's resources, so that a program is one
/// file and a package's bytes never depend on the machine's own libzstd.
/// </summary>
internal sealed unsafe class ZstdLibrary
{
    /// <summary>The version that travels here: a package's bytes depend on it.</summary>
    internal const string Version = "1.5.7";

    private const uint VersionNumber = 10507;
    private const int WindowTooLarge = 16;

    private static readonly Lazy<ZstdLibrary> Loaded = new(static () => new ZstdLibrary());

    private ZstdLibrary()
    {
        nint library = EmbeddedLibrary.TryLoad(typeof(ZstdLibrary).Assembly, "libzstd");
        if (library == 0)
        {
            throw new IOException(
                "libzstd, which is part of this program, cannot be loaded; /proc, or else the directory for temporary files, must permit it"
            );
        }

        var number = (delegate* unmanaged<uint>)NativeLibrary.GetExport(library, "ZSTD_versionNumber");
        if (number() != VersionNumber)
        {
            throw new InvalidOperationException($"The embedded libzstd has the version {number()}, not {Version}.");
        }

        NewCompressor = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createCCtx");
        FreeCompressor = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeCCtx");
        Set = (delegate* unmanaged<nint, CompressionParameter, int, nuint>)
            NativeLibrary.GetExport(library, "ZSTD_CCtx_setParameter");
        SetContentSize = (delegate* unmanaged<nint, ulong, nuint>)
            NativeLibrary.GetExport(library, "ZSTD_CCtx_setPledgedSrcSize");
        Compress = (delegate* unmanaged<nint, OutputPart*, InputPart*, EndDirective, nuint>)
            NativeLibrary.GetExport(library, "ZSTD_compressStream2");
        NewDecompressor = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createDCtx");
        FreeDecompressor = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeDCtx");
        SetWindowLimit = (delegate* unmanaged<nint, DecompressionParameter, int, nuint>)
            NativeLibrary.GetExport(library, "ZSTD_DCtx_setParameter");
        Decompress = (delegate* unmanaged<nint, OutputPart*, InputPart*, nuint>)
            NativeLibrary.GetExport(library, "ZSTD_decompressStream");
        _isError = (delegate* unmanaged<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
        _errorCode = (delegate* unmanaged<nuint, int>)NativeLibrary.GetExport(library, "ZSTD_getErrorCode");
        _errorName = (delegate* unmanaged<nuint, nint>)NativeLibrary.GetExport(library, "ZSTD_getErrorName");
    }

    /// <summary>The library, loaded on first use.</summary>
    /// <exception cref="IOException">It cannot be loaded here.</exception>
    internal static ZstdLibrary Instance => Loaded.Value;

    internal delegate* unmanaged<nint> NewCompressor { get; }

    internal delegate* unmanaged<nint, nuint> FreeCompressor { get; }

    internal delegate* unmanaged<nint, CompressionParameter, int, nuint> Set { get; }

    internal delegate* unmanaged<nint, ulong, nuint> SetContentSize { get; }

    internal delegate* unmanaged<nint, OutputPart*, InputPart*, EndDirective, nuint> Compress { get; }

    internal delegate* unmanaged<nint> NewDecompressor { get; }

    internal delegate* unmanaged<nint, nuint> FreeDecompressor { get; }

    internal delegate* unmanaged<nint, DecompressionParameter, int, nuint> SetWindowLimit { get; }

    internal delegate* unmanaged<nint, OutputPart*, InputPart*, nuint> Decompress { get; }

    private readonly delegate* unmanaged<nuint, uint> _isError;
    private readonly delegate* unmanaged<nuint, int> _errorCode;
    private readonly delegate* unmanaged<nuint, nint> _errorName;

    /// <summary>Whether what a function returned is an error.</summary>
    internal bool IsError(nuint result) => _isError(result) != 0;

    /// <summary>Whether an error says that a frame needs more memory than it is granted.</summary>
    internal bool IsWindowTooLarge(nuint error) => _errorCode(error) == WindowTooLarge;

    /// <summary>The error in the library's words.</summary>
    internal string NameOf(nuint error) => Marshal.PtrToStringUTF8(_errorName(error)) ?? "";
}

/// <summary>The fields of <c>ZSTD_inBuffer</c>.</summary>
internal unsafe struct InputPart
{
    internal byte* Source;
    internal nuint Size;
    internal nuint Position;
}

/// <summary>The fields of <c>ZSTD_outBuffer</c>.</summary>
internal unsafe struct OutputPart
{
    internal byte* Target;
    internal nuint Size;
    internal nuint Position;
}

/// <summary><c>ZSTD_EndDirective</c>.</summary>
internal enum EndDirective
{
    Continue = 0,
    End = 2,
}

/// <summary>Of <c>ZSTD_cParameter</c>, what is set here.</summary>
internal enum CompressionParameter
{
    Level = 100,
    WindowLog = 101,
    MinMatch = 105,
    LongDistanceMatching = 160,
    LongDistanceHashLog = 161,
    LongDistanceMinMatch = 162,
    LongDistanceBucketLog = 163,
    LongDistanceRateLog = 164,
    Checksum = 201,
    Workers = 400,
    JobSize = 401,
    OverlapLog = 402,
}

/// <summary>Of <c>ZSTD_dParameter</c>, what is set here.</summary>
internal enum DecompressionParameter
{
    WindowLogMax = 100,
}
