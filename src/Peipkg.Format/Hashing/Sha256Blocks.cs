using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Peipkg.Format.Hashing;

/// <summary>The block function of SHA-256 (FIPS 180-4, 6.2.2).</summary>
internal static class Sha256Blocks
{
    private const int Rounds = 64;

    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Takes whole blocks into a state.</summary>
    internal static void Process(ref Sha256State state, ReadOnlySpan<byte> blocks)
    {
        Span<uint> schedule = stackalloc uint[Rounds];
        for (; blocks.Length >= Sha256State.BlockSize; blocks = blocks[Sha256State.BlockSize..])
        {
            Schedule(schedule, blocks);
            Compress(ref state.Chain, schedule);
        }
    }

    private static void Schedule(Span<uint> words, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < 16; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * sizeof(uint))..]);
        }

        for (int i = 16; i < words.Length; i++)
        {
            uint near = words[i - 2];
            uint far = words[i - 15];
            words[i] = unchecked(words[i - 16] + words[i - 7]
                + (BitOperations.RotateRight(far, 7) ^ BitOperations.RotateRight(far, 18) ^ (far >> 3))
                + (BitOperations.RotateRight(near, 17) ^ BitOperations.RotateRight(near, 19) ^ (near >> 10)));
        }
    }

    private static void Compress(ref Sha256State.WordArray chain, ReadOnlySpan<uint> words)
    {
        uint a = chain[0], b = chain[1], c = chain[2], d = chain[3];
        uint e = chain[4], f = chain[5], g = chain[6], h = chain[7];
        ReadOnlySpan<uint> constants = Constants;
        for (int i = 0; i < Rounds; i += 8)
        {
            // Eight rounds bring every word back to its place; so none has to move.
            ReadOnlySpan<uint> w = words.Slice(i, 8);
            ReadOnlySpan<uint> k = constants.Slice(i, 8);
            Round(a, b, c, ref d, e, f, g, ref h, w[0], k[0]);
            Round(h, a, b, ref c, d, e, f, ref g, w[1], k[1]);
            Round(g, h, a, ref b, c, d, e, ref f, w[2], k[2]);
            Round(f, g, h, ref a, b, c, d, ref e, w[3], k[3]);
            Round(e, f, g, ref h, a, b, c, ref d, w[4], k[4]);
            Round(d, e, f, ref g, h, a, b, ref c, w[5], k[5]);
            Round(c, d, e, ref f, g, h, a, ref b, w[6], k[6]);
            Round(b, c, d, ref e, f, g, h, ref a, w[7], k[7]);
        }

        unchecked
        {
            chain[0] += a;
            chain[1] += b;
            chain[2] += c;
            chain[3] += d;
            chain[4] += e;
            chain[5] += f;
            chain[6] += g;
            chain[7] += h;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint word, uint constant)
    {
        unchecked
        {
            uint sum = h + word + constant + (g ^ (e & (f ^ g)))
                + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25));
            d += sum;
            h = sum + ((a & b) | (c & (a | b)))
                + (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22));
        }
    }
}
