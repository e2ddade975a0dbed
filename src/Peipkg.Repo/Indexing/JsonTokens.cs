using System.Text.Json;

namespace Peipkg.Repo.Indexing;

/// <summary>Steps through JSON whose shape is known in advance.</summary>
internal static class JsonTokens
{
    internal static bool IsName(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan.SequenceEqual(name);

    internal static bool IsString(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.String;

    internal static bool IsNumber(ref Utf8JsonReader reader, out ulong value)
    {
        value = 0;
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out value);
    }
}
