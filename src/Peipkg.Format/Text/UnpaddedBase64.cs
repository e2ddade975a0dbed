using System.Buffers;

namespace Peipkg.Format.Text;

/// <summary>Base64 without padding, the one spelling of each byte sequence (RFC 4648 §4).</summary>
internal static class UnpaddedBase64
{
    private static readonly SearchValues<byte> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8
    );

    /// <summary>Characters that this many bytes take.</summary>
    internal static int LengthOf(int bytes) => checked(((bytes * 4) + 2) / 3);

    /// <summary>Writes bytes.</summary>
    internal static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Reads bytes; refuses padding, white space, and spare bits that are not zero.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        var padded = new byte[(text.Length + 3) / 4 * 4];
        padded.AsSpan().Fill((byte)'=');
        text.CopyTo(padded);
        var decoded = new byte[text.Length * 3 / 4];
        if (
            System.Buffers.Text.Base64.DecodeFromUtf8(padded, decoded, out _, out var written) != OperationStatus.Done
            || written != decoded.Length
            || !HasZeroSpareBits(text, decoded)
        )
        {
            return false;
        }

        bytes = decoded;
        return true;
    }

    private static bool HasZeroSpareBits(ReadOnlySpan<byte> text, ReadOnlySpan<byte> decoded)
    {
        var tail = decoded.Length % 3;
        return tail == 0 || Encode(decoded[^tail..])[^1] == text[^1];
    }
}
