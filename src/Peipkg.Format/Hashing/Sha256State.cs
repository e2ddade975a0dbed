using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Peipkg.Format.Hashing;

/// <summary>The chaining value between two blocks, laid out as OpenSSL's SHA256_CTX, which may continue it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Sha256State
{
    /// <summary>Bytes of a block.</summary>
    internal const int BlockSize = 64;

    private const int Words = 8;

    /// <summary>The eight words.</summary>
    internal WordArray Chain;

    // SHA256_CTX: the number of bits in two words, sixteen words of a block begun, how many bytes of it, the digest's size.
    private readonly RestArray _rest;

    /// <summary>Before the first block (FIPS 180-4, 5.3.3).</summary>
    internal static Sha256State Initial
    {
        get
        {
            Sha256State state = default;
            ReadOnlySpan<uint> words =
                [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
            words.CopyTo(state.Chain);
            return state;
        }
    }

    /// <summary>The words as a digest.</summary>
    internal readonly Sha256Digest Digest
    {
        get
        {
            Span<byte> digest = stackalloc byte[Sha256Digest.Size];
            for (int i = 0; i < Words; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(digest[(i * sizeof(uint))..], Chain[i]);
            }

            return new Sha256Digest(digest);
        }
    }

    [InlineArray(Words)]
    internal struct WordArray
    {
        private uint _first;
    }

    [InlineArray(20)]
    private struct RestArray
    {
        private uint _first;
    }
}
