using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Peipkg.Format.Text;

namespace Peipkg.Format.Json;

/// <summary>Says where the bytes stop being JSON, in terms of what an editor shows.</summary>
internal static class JsonSyntaxError
{
    /// <summary>Describes the tokenizer's error by line, byte and the character found there.</summary>
    internal static string Describe(ReadOnlySpan<byte> document, JsonException error)
    {
        var line = (error.LineNumber ?? 0) + 1;
        var column = error.BytePositionInLine ?? 0;
        var start = 0;
        for (var passed = 1; passed < line; passed++)
        {
            start += document[start..].IndexOf((byte)'\n') + 1;
        }

        var at = start + column;
        var place = string.Create(CultureInfo.InvariantCulture, $"line {line}, byte {column + 1}");
        if (at >= document.Length)
        {
            return $"the document ends at {place} before its value does";
        }

        Rune.DecodeFromUtf8(document[(int)at..], out var rune, out _);
        return $"this is not JSON at {place}: {DisplayText.Quote(rune.ToString())} is out of place there";
    }

    /// <summary>Index of the first byte that belongs to no UTF-8 character.</summary>
    internal static int FirstInvalidByte(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var used) == OperationStatus.Done)
        {
            at += used;
        }

        return at;
    }
}
