namespace Peipkg.Format.Hashing;

/// <summary>
/// SHA-256 (FIPS 180-4) of bytes that come in pieces. It needs no library: the base class library's own would end the
/// program on a machine without OpenSSL, and costs more to start than a small package to write.
/// </summary>
public sealed class Sha256Hasher
{
    private Sha256State _state = Sha256State.Initial;
    private readonly byte[] _pending = new byte[Sha256State.BlockSize];
    private int _pendingLength;
    private ulong _length;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (uint)bytes.Length;
        if (_pendingLength > 0)
        {
            int count = Math.Min(bytes.Length, Sha256State.BlockSize - _pendingLength);
            bytes[..count].CopyTo(_pending.AsSpan(_pendingLength));
            _pendingLength += count;
            bytes = bytes[count..];
            if (_pendingLength < Sha256State.BlockSize)
            {
                return;
            }

            Sha256Engine.Process(ref _state, _pending);
            _pendingLength = 0;
        }

        int whole = bytes.Length & -Sha256State.BlockSize;
        if (whole > 0)
        {
            Sha256Engine.Process(ref _state, bytes[..whole]);
        }

        bytes[whole..].CopyTo(_pending);
        _pendingLength = bytes.Length - whole;
    }

    /// <summary>The digest of all that was taken; then it begins anew.</summary>
    public Sha256Digest Finish()
    {
        Span<byte> end = stackalloc byte[2 * Sha256State.BlockSize];
        end.Clear();
        _pending.AsSpan(0, _pendingLength).CopyTo(end);
        end[_pendingLength] = 0x80;
        int size = _pendingLength + 1 + sizeof(ulong) <= Sha256State.BlockSize ? Sha256State.BlockSize : 2 * Sha256State.BlockSize;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(end[(size - sizeof(ulong))..], _length * 8);
        Sha256Engine.Process(ref _state, end[..size]);
        Sha256Digest digest = _state.Digest;
        _state = Sha256State.Initial;
        _pendingLength = 0;
        _length = 0;
        return digest;
    }
}
