using System.Buffers.Text;
using System.Text;

namespace Peipkg.Format.Json;

/// <summary>What stands between the quotes of a JSON string, made plain.</summary>
internal static class JsonText
{
    /// <summary>Replaces the escapes of a syntactically valid string.</summary>
    /// <param name="escaped">The bytes between the quotes: valid UTF-8, escapes well-formed.</param>
    /// <param name="plain">Room for the result, at least as long as <paramref name="escaped"/>.</param>
    /// <returns>Bytes written, or −1 when an escape is a lone surrogate.</returns>
    internal static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> plain)
    {
        var written = 0;
        while (true)
        {
            var backslash = escaped.IndexOf((byte)'\\');
            if (backslash < 0)
            {
                escaped.CopyTo(plain[written..]);
                return written + escaped.Length;
            }

            escaped[..backslash].CopyTo(plain[written..]);
            written += backslash;
            escaped = escaped[backslash..];
            if (escaped[1] != (byte)'u')
            {
                plain[written++] = Simple(escaped[1]);
                escaped = escaped[2..];
                continue;
            }

            if (!TryReadRune(ref escaped, out var rune))
            {
                return -1;
            }

            written += rune.EncodeToUtf8(plain[written..]);
        }
    }

    /// <summary>A value without the white space between its tokens.</summary>
    /// <param name="json">A syntactically valid value.</param>
    internal static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var compact = new byte[json.Length];
        var length = 0;
        var inString = false;
        for (var at = 0; at < json.Length; at++)
        {
            var unit = json[at];
            if (inString && unit == (byte)'\\')
            {
                compact[length++] = unit;
                unit = json[++at];
            }
            else if (unit == (byte)'"')
            {
                inString = !inString;
            }
            else if (!inString && unit is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            {
                continue;
            }

            compact[length++] = unit;
        }

        return compact[..length];
    }

    private static byte Simple(byte letter) =>
        letter switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            _ => letter,
        };

    private static bool TryReadRune(ref ReadOnlySpan<byte> escaped, out Rune rune)
    {
        var first = ReadUnit(escaped);
        escaped = escaped[6..];
        if (!char.IsHighSurrogate(first))
        {
            return Rune.TryCreate(first, out rune);
        }

        if (escaped.Length < 6 || escaped[0] != (byte)'\\' || escaped[1] != (byte)'u')
        {
            rune = default;
            return false;
        }

        var second = ReadUnit(escaped);
        escaped = escaped[6..];
        return Rune.TryCreate(first, second, out rune);
    }

    private static char ReadUnit(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape.Slice(2, 4), out ushort value, out _, 'x') ? (char)value : '\uD800';
}
