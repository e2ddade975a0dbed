using System.Buffers.Text;
using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Repo.World;
using static Peipkg.Repo.Indexing.JsonTokens;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// Reads indexes in canonical form only (SPEC §4): every field in its order, compact. Anything else makes it give up, and
/// what it accepts, it accepts byte for byte.
/// </summary>
internal static class CanonicalIndexParser
{
    /// <summary>Reads an index, on all cores.</summary>
    /// <param name="content">The document.</param>
    /// <param name="known">Rows of the other index, in its order; those that stand here too are taken over.</param>
    /// <returns>Null when the document is not canonical, well-formed or in order.</returns>
    /// <exception cref="JsonException">The document is not JSON.</exception>
    internal static IndexSheet? TryRead(byte[] content, IReadOnlyList<IndexRow> known) =>
        IndexOutline.TryRead(content) is { } outline
        && (outline.TryTakeOver(known) ?? (IReadOnlyList<IndexRow>?)TryReadRows(outline)) is { } rows
        && outline.IsInOrder(rows)
            ? outline.ToSheet(rows)
            : null;

    private static IndexRow[]? TryReadRows(IndexOutline outline)
    {
        IndexRow[] rows = new IndexRow[outline.Count];
        int failures = 0;
        Workers.ForEach(
            outline.Pieces(),
            piece =>
            {
                IndexRow? last = null;
                for (int i = piece.Start; i < piece.End; i++)
                {
                    last = TryReadRow(outline[i], last);
                    if (last is null)
                    {
                        Interlocked.Increment(ref failures);
                        return;
                    }

                    rows[i] = last;
                }
            },
            CancellationToken.None
        );
        return failures == 0 ? rows : null;
    }

    private static IndexRow? TryReadRow(ReadOnlyMemory<byte> json, IndexRow? last)
    {
        Utf8JsonReader reader = new(json.Span);
        if (
            !reader.Read()
            || reader.TokenType != JsonTokenType.StartObject
            || !IsName(ref reader, "name"u8)
            || !IsString(ref reader)
        )
        {
            return null;
        }

        PackageName name = last?.Name ?? default;
        if (
            (last is null || !reader.ValueTextEquals(name.Text))
            && !PackageName.TryParse(reader.GetString(), out name, out _)
        )
        {
            return null;
        }

        if (
            !IsName(ref reader, "version"u8)
            || !IsString(ref reader)
            || !PackageVersion.TryParse(reader.GetString(), out PackageVersion version, out _)
            || !IsName(ref reader, "architecture"u8)
            || !IsString(ref reader)
        )
        {
            return null;
        }

        Architecture architecture = last?.Architecture ?? default;
        if (
            (last is null || !reader.ValueTextEquals(architecture.Text))
            && !Architecture.TryParse(reader.GetString(), out architecture, out _)
        )
        {
            return null;
        }

        if (
            !SkipText(ref reader, "description"u8)
            || !SkipText(ref reader, "license"u8)
            || !SkipText(ref reader, "homepage"u8)
            || !SkipArray(ref reader, "dependencies"u8)
            || !SkipArray(ref reader, "optional_dependencies"u8)
            || !SkipArray(ref reader, "conflicts"u8)
            || !SkipArray(ref reader, "provides"u8)
            || !SkipArray(ref reader, "replaces"u8)
            || !SkipArray(ref reader, "side_effects"u8)
            || !IsName(ref reader, "size_compressed"u8)
            || !IsNumber(ref reader, out ulong size)
            || size > long.MaxValue
            || !IsName(ref reader, "size_installed"u8)
            || !IsNumber(ref reader, out _)
            || !TryReadHash(ref reader, out Sha256Digest hash)
            || !IsName(ref reader, "url"u8)
            || !IsString(ref reader)
        )
        {
            return null;
        }

        string url = reader.GetString()!;
        if (
            !IsName(ref reader, "build"u8)
            || !reader.Read()
            || reader.TokenType != JsonTokenType.StartObject
            || !SkipText(ref reader, "timestamp"u8)
            || !SkipText(ref reader, "farm_id"u8)
            || !IsEnd(ref reader)
            || !IsEnd(ref reader)
            || reader.Read()
        )
        {
            return null;
        }

        return IsCanonicalText(json.Span, name)
            ? new IndexRow(name, version, architecture, url, (long)size, hash, json)
            : null;
    }

    private static bool TryReadHash(ref Utf8JsonReader reader, out Sha256Digest hash)
    {
        hash = default;
        return IsName(ref reader, "hash"u8)
            && reader.Read()
            && reader.TokenType == JsonTokenType.StartObject
            && IsName(ref reader, "algorithm"u8)
            && IsString(ref reader)
            && reader.ValueTextEquals("sha256"u8)
            && IsName(ref reader, "value"u8)
            && IsString(ref reader)
            && Sha256Digest.TryParse(reader.ValueSpan, out hash)
            && IsEnd(ref reader);
    }

    /// <summary>Compact, and escaped as the canonical writer escapes.</summary>
    private static bool IsCanonicalText(ReadOnlySpan<byte> entry, PackageName name)
    {
        // A document that is indented is so everywhere: the first separators tell.
        const string head = "{\"name\":\"";
        int next = head.Length + name.Text.Length;
        if (
            !entry.StartsWith("{\"name\":\""u8)
            || !entry[next..].StartsWith("\",\"version\":\""u8)
            || !entry.EndsWith("\"}}"u8)
        )
        {
            return false;
        }

        for (int at = entry.IndexOf((byte)'\\'); at >= 0; )
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
        return
            escape.Length >= 6
            && !escape[2..6].ContainsAnyInRange((byte)'A', (byte)'F')
            && Utf8Parser.TryParse(escape[2..6], out ushort code, out int used, 'x')
            && used == 4
            && (code is 0x2028 or 0x2029 || (code < 0x20 && code is not (8 or 9 or 10 or 12 or 13)))
            ? 6
            : 0;
    }
}
