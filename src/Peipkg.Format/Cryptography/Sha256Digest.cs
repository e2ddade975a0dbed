using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Peipkg.Format.Cryptography;

/// <summary>
/// A SHA-256 digest: 32 bytes, written as 64 lower-case hexadecimal digits (§3.5). The default instance is all zeros.
/// </summary>
public readonly struct Sha256Digest : IEquatable<Sha256Digest>
{
    /// <summary>Bytes of a digest.</summary>
    public const int Size = 32;

    /// <summary>Characters of a digest's text.</summary>
    public const int TextLength = 64;

    private const int BufferSize = 1 << 17;

    private readonly Bytes _bytes;

    /// <summary>Takes over the given digest.</summary>
    /// <param name="digest">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> has another length.</exception>
    public Sha256Digest(ReadOnlySpan<byte> digest)
    {
        if (digest.Length != Size)
        {
            throw new ArgumentException($"A SHA-256 digest has {Size} bytes, not {digest.Length}.", nameof(digest));
        }

        digest.CopyTo(_bytes);
    }

    /// <summary>The digest of the given bytes.</summary>
    public static Sha256Digest Of(ReadOnlySpan<byte> content) => Sha256Hasher.Hash(content);

    /// <summary>The digest of all that is left of a stream.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Sha256Digest Of(Stream content)
    {
        using Sha256Hasher hasher = new Sha256Hasher();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = content.Read(buffer)) > 0)
            {
                hasher.Append(buffer.AsSpan(0, count));
            }

            return hasher.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads 64 lower-case hexadecimal digits; upper case is not accepted anywhere in the format.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Sha256Digest digest)
    {
        digest = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (
            text is null
            || text.Length != TextLength
            || text.AsSpan().ContainsAnyInRange('A', 'F')
            || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done
        )
        {
            return false;
        }

        digest = new Sha256Digest(bytes);
        return true;
    }

    /// <summary>Reads 64 lower-case hexadecimal digits in UTF-8.</summary>
    /// <param name="utf8">The candidate.</param>
    /// <param name="digest">The digest, or zeros.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Sha256Digest digest)
    {
        digest = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (
            utf8.Length != TextLength
            || utf8.ContainsAnyInRange((byte)'A', (byte)'F')
            || Convert.FromHexString(utf8, bytes, out _, out _) != System.Buffers.OperationStatus.Done
        )
        {
            return false;
        }

        digest = new Sha256Digest(bytes);
        return true;
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>The 32 bytes in a new array.</summary>
    public byte[] ToArray() => ((ReadOnlySpan<byte>)_bytes).ToArray();

    /// <inheritdoc/>
    public bool Equals(Sha256Digest other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sha256Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(_bytes);

    /// <summary>The 64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    /// <summary>Same 32 bytes.</summary>
    public static bool operator ==(Sha256Digest left, Sha256Digest right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(Sha256Digest left, Sha256Digest right) => !left.Equals(right);

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
