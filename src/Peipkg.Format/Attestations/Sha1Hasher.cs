using System.Buffers.Binary;
using System.Numerics;

namespace Peipkg.Format.Attestations;

/// <summary>
/// SHA-1 (FIPS 180-4), which SPDX 2.3 demands of every file beside better digests. Nothing trusts it, and so it is neither
/// worth loading the machine's OpenSSL nor fast.
/// </summary>
internal sealed class Sha1Hasher
{
    internal const int Size = 20;

    private const int BlockSize = 64;

    private readonly uint[] _state = new uint[5];
    private readonly uint[] _words = new uint[80];
    private readonly byte[] _block = new byte[BlockSize];
    private int _filled;
    private long _length;

    internal Sha1Hasher() => Begin();

    internal static string Text(ReadOnlySpan<byte> bytes)
    {
        Sha1Hasher hasher = new();
        hasher.Append(bytes);
        return hasher.Finish();
    }

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        if (_filled > 0)
        {
            int count = Math.Min(BlockSize - _filled, bytes.Length);
            bytes[..count].CopyTo(_block.AsSpan(_filled));
            _filled += count;
            bytes = bytes[count..];
            if (_filled < BlockSize)
            {
                return;
            }

            Compress(_block);
            _filled = 0;
        }

        for (; bytes.Length >= BlockSize; bytes = bytes[BlockSize..])
        {
            Compress(bytes[..BlockSize]);
        }

        bytes.CopyTo(_block);
        _filled = bytes.Length;
    }

    /// <summary>The digest in lower-case hexadecimal digits; then it begins anew.</summary>
    internal string Finish()
    {
        Span<byte> end = stackalloc byte[BlockSize + 8];
        end.Clear();
        end[0] = 0x80;
        int zeros = (BlockSize + 56 - _filled - 1) % BlockSize;
        BinaryPrimitives.WriteInt64BigEndian(end[(1 + zeros)..], _length * 8);
        Append(end[..(1 + zeros + 8)]);
        Span<byte> digest = stackalloc byte[Size];
        for (int i = 0; i < _state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * 4)..], _state[i]);
        }

        Begin();
        return Convert.ToHexStringLower(digest);
    }

    private void Begin()
    {
        ReadOnlySpan<uint> first = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];
        first.CopyTo(_state);
        _filled = 0;
        _length = 0;
    }

    private void Compress(ReadOnlySpan<byte> block)
    {
        uint[] words = _words;
        for (int i = 0; i < 16; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        }

        for (int i = 16; i < words.Length; i++)
        {
            words[i] = BitOperations.RotateLeft(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
        }
        unchecked
        {
            (uint a, uint b, uint c, uint d, uint e) = (_state[0], _state[1], _state[2], _state[3], _state[4]);
            for (int i = 0; i < words.Length; i++)
            {
                (uint mixed, uint constant) = (i / 20) switch
                {
                    0 => ((b & c) | (~b & d), 0x5A827999u),
                    1 => (b ^ c ^ d, 0x6ED9EBA1u),
                    2 => ((b & c) | (b & d) | (c & d), 0x8F1BBCDCu),
                    _ => (b ^ c ^ d, 0xCA62C1D6u),
                };
                uint next = BitOperations.RotateLeft(a, 5) + mixed + e + constant + words[i];
                (e, d, c, b, a) = (d, c, BitOperations.RotateLeft(b, 30), a, next);
            }

            _state[0] += a;
            _state[1] += b;
            _state[2] += c;
            _state[3] += d;
            _state[4] += e;
        }
    }
}
