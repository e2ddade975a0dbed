using System.Runtime.InteropServices;

namespace Peipkg.Format.Hashing;

/// <summary>
/// Takes blocks into a state: by the code here, and once there is much to hash by the machine's OpenSSL, where it has one.
/// That knows instructions for SHA-256 which the runtime does not offer, and both give the same words.
/// </summary>
internal static unsafe class Sha256Engine
{
    // Hashed in less time than a library takes to load.
    private const long LoadAfter = 512 << 10;

    private static readonly string[] Libraries = ["libcrypto.so.3", "libcrypto.so.1.1"];

    private static readonly Lazy<nint> Update = new(FindUpdate);
    private static long _processed;

    /// <summary>Whether the machine's OpenSSL can be asked.</summary>
    internal static bool HasLibrary => Update.Value != 0;

    /// <summary>Takes whole blocks.</summary>
    internal static void Process(ref Sha256State state, ReadOnlySpan<byte> blocks)
    {
        // Threads may lose each other's counts; it only has to be large in the end.
        if (_processed < LoadAfter)
        {
            _processed += blocks.Length;
            Sha256Blocks.Process(ref state, blocks);
        }
        else if (!TryProcessInLibrary(ref state, blocks))
        {
            Sha256Blocks.Process(ref state, blocks);
        }
    }

    /// <summary>Takes whole blocks, where OpenSSL is there.</summary>
    internal static bool TryProcessInLibrary(ref Sha256State state, ReadOnlySpan<byte> blocks)
    {
        if (!HasLibrary)
        {
            return false;
        }

        // int SHA256_Update(SHA256_CTX *c, const void *data, size_t len)
        var update = (delegate* unmanaged<Sha256State*, byte*, nuint, int>)Update.Value;
        Sha256State copy = state;
        fixed (byte* bytes = blocks)
        {
            _ = update(&copy, bytes, (nuint)blocks.Length);
        }

        state.Chain = copy.Chain;
        return true;
    }

    private static nint FindUpdate()
    {
        foreach (string name in Libraries)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                if (NativeLibrary.TryGetExport(library, "SHA256_Update", out nint update))
                {
                    return update;
                }

                NativeLibrary.Free(library);
            }
        }

        return 0;
    }
}
