using System.Buffers.Text;
using System.Text.Json;
using Peipkg.Format;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// Reads indexes in canonical form only (SPEC §4): every field in its order, compact. Anything else makes it give up, and
/// what it accepts, it accepts byte for byte.
/// </summary>
internal static class CanonicalIndexParser
{
    /// <summary>Reads an index.</summary>
    /// <returns>Null when the document is not canonical, well-formed or in order.</returns>
    /// <exception cref="JsonException">The document is not JSON.</exception>
    internal static IndexSheet? TryRead(byte[] content)
    {
        if (!content.AsSpan().StartsWith("{\"schema_version\":1,\"repo\":\""u8) || !content.AsSpan().EndsWith("]}\n"u8))
        {
            return null;
        }

        Utf8JsonReader reader = new(content);
        if (!TryReadHead(ref reader, out string repo, out IndexKind kind, out ulong version, out Timestamp generatedAt)
            || !IsName(ref reader, "packages"u8) || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return null;
        }

        List<IndexRow> rows = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            IndexRow? last = rows.Count > 0 ? rows[^1] : null;
            if (TryReadRow(ref reader, content, last) is not { } row || !IsInOrder(last, row, kind))
            {
                return null;
            }

            rows.Add(row);
        }

        return reader.TokenType == JsonTokenType.EndArray && reader.Read() && reader.TokenType == JsonTokenType.EndObject
            && !reader.Read()
                ? new IndexSheet(repo, kind, version, generatedAt, rows)
                : null;
    }

    /// <summary>Reads the fields before <c>packages</c>.</summary>
    internal static bool TryReadHead(
        ref Utf8JsonReader reader, out string repo, out IndexKind kind, out ulong version, out Timestamp generatedAt)
    {
        repo = "";
        kind = default;
        version = 0;
        generatedAt = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject
            || !IsName(ref reader, "schema_version"u8) || !IsNumber(ref reader, out ulong schema) || schema != 1
            || !IsName(ref reader, "repo"u8) || !IsString(ref reader))
        {
            return false;
        }

        repo = reader.GetString()!;
        if (!IsName(ref reader, "kind"u8) || !IsString(ref reader))
        {
            return false;
        }

        kind = reader.ValueTextEquals("archive"u8) ? IndexKind.Archive : IndexKind.Active;
        return (kind == IndexKind.Archive || reader.ValueTextEquals("active"u8))
            && IsName(ref reader, "index_version"u8) && IsNumber(ref reader, out version) && version > 0
            && IsName(ref reader, "generated_at"u8) && IsString(ref reader)
            && Timestamp.TryParse(reader.GetString(), out generatedAt, out _);
    }

    private static IndexRow? TryReadRow(ref Utf8JsonReader reader, byte[] content, IndexRow? last)
    {
        int start = (int)reader.TokenStartIndex;
        if (!IsName(ref reader, "name"u8) || !IsString(ref reader))
        {
            return null;
        }

        PackageName name = last?.Name ?? default;
        if ((last is null || !reader.ValueTextEquals(name.Text)) && !PackageName.TryParse(reader.GetString(), out name, out _))
        {
            return null;
        }

        if (!IsName(ref reader, "version"u8) || !IsString(ref reader)
            || !PackageVersion.TryParse(reader.GetString(), out PackageVersion version, out _)
            || !IsName(ref reader, "architecture"u8) || !IsString(ref reader))
        {
            return null;
        }

        Architecture architecture = last?.Architecture ?? default;
        if ((last is null || !reader.ValueTextEquals(architecture.Text))
            && !Architecture.TryParse(reader.GetString(), out architecture, out _))
        {
            return null;
        }

        if (!SkipText(ref reader, "description"u8) || !SkipText(ref reader, "license"u8)
            || !SkipText(ref reader, "homepage"u8) || !SkipArray(ref reader, "dependencies"u8)
            || !SkipArray(ref reader, "optional_dependencies"u8) || !SkipArray(ref reader, "conflicts"u8)
            || !SkipArray(ref reader, "provides"u8) || !SkipArray(ref reader, "replaces"u8)
            || !SkipArray(ref reader, "side_effects"u8)
            || !IsName(ref reader, "size_compressed"u8) || !IsNumber(ref reader, out ulong size) || size > long.MaxValue
            || !IsName(ref reader, "size_installed"u8) || !IsNumber(ref reader, out _)
            || !TryReadHash(ref reader, out Sha256Digest hash)
            || !IsName(ref reader, "url"u8) || !IsString(ref reader))
        {
            return null;
        }

        string url = reader.GetString()!;
        if (!IsName(ref reader, "build"u8) || !reader.Read() || reader.TokenType != JsonTokenType.StartObject
            || !SkipText(ref reader, "timestamp"u8) || !SkipText(ref reader, "farm_id"u8)
            || !IsEnd(ref reader) || !IsEnd(ref reader))
        {
            return null;
        }

        ReadOnlyMemory<byte> json = content.AsMemory(start, (int)reader.BytesConsumed - start);
        return IsCanonicalText(json.Span, name)
            ? new IndexRow(name, version, architecture, url, (long)size, hash, json)
            : null;
    }

    private static bool TryReadHash(ref Utf8JsonReader reader, out Sha256Digest hash)
    {
        hash = default;
        return IsName(ref reader, "hash"u8) && reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && IsName(ref reader, "algorithm"u8) && IsString(ref reader) && reader.ValueTextEquals("sha256"u8)
            && IsName(ref reader, "value"u8) && IsString(ref reader)
            && Sha256Digest.TryParse(reader.GetString(), out hash) && IsEnd(ref reader);
    }

    private static bool IsInOrder(IndexRow? last, IndexRow row, IndexKind kind)
        => last is null || (kind == IndexKind.Active
            ? last.Name.CompareTo(row.Name) < 0
            : IndexRow.ArchiveOrder.Compare(last, row) < 0);

    /// <summary>Compact, and escaped as the canonical writer escapes.</summary>
    private static bool IsCanonicalText(ReadOnlySpan<byte> entry, PackageName name)
    {
        // A document that is indented is so everywhere: the first separators tell.
        const string head = "{\"name\":\"";
        int next = head.Length + name.Text.Length;
        if (!entry.StartsWith("{\"name\":\""u8) || !entry[next..].StartsWith("\",\"version\":\""u8)
            || !entry.EndsWith("\"}}"u8))
        {
            return false;
        }

        for (int at = entry.IndexOf((byte)'\\'); at >= 0;)
        {
            int length = EscapeLength(entry[at..]);
            if (length == 0)
            {
                return false;
            }

            int more = entry[(at + length)..].IndexOf((byte)'\\');
            at = more < 0 ? -1 : at + length + more;
        }

        return true;
    }

    private static int EscapeLength(ReadOnlySpan<byte> escape)
    {
        if (escape.Length >= 2 && "\"\\bfnrt"u8.Contains(escape[1]))
        {
            return 2;
        }

        // Control characters without a short form, and the two line separators, in lower case.
        return escape.Length >= 6 && !escape[2..6].ContainsAnyInRange((byte)'A', (byte)'F')
            && Utf8Parser.TryParse(escape[2..6], out ushort code, out int used, 'x') && used == 4
            && (code is 0x2028 or 0x2029 || (code < 0x20 && code is not (8 or 9 or 10 or 12 or 13)))
                ? 6
                : 0;
    }

    private static bool IsName(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
        => reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan.SequenceEqual(name);

    private static bool IsString(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.String;

    private static bool IsEnd(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.EndObject;

    private static bool IsNumber(ref Utf8JsonReader reader, out ulong value)
    {
        value = 0;
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out value);
    }

    private static bool SkipText(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
        => IsName(ref reader, name) && IsString(ref reader);

    private static bool SkipArray(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
        => IsName(ref reader, name) && reader.Read() && reader.TokenType == JsonTokenType.StartArray && reader.TrySkip();
}
