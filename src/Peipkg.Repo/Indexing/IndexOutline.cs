using System.Text.Json;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// An index as far as it can be seen without reading its entries: the head, and where each entry stands, so that entries can be
/// read on all cores. Only of compact documents with the fields in their order, which is what this tool writes.
/// </summary>
internal sealed class IndexOutline
{
    private const int RowsPerPiece = 250;

    private readonly string _repo;
    private readonly IndexKind _kind;
    private readonly ulong _version;
    private readonly Timestamp _generatedAt;
    private readonly ReadOnlyMemory<byte> _body;

    // Where in the body each entry ends.
    private readonly List<int> _ends;

    private IndexOutline(
        string repo,
        IndexKind kind,
        ulong version,
        Timestamp generatedAt,
        ReadOnlyMemory<byte> body,
        List<int> ends
    )
    {
        _repo = repo;
        _kind = kind;
        _version = version;
        _generatedAt = generatedAt;
        _body = body;
        _ends = ends;
    }

    /// <summary>Entries.</summary>
    internal int Count => _ends.Count;

    // Within a string the quotes would be escaped, and inside an entry no object ends together with its parent and is followed
    // by another.
    private static ReadOnlySpan<byte> Between => "}},{\"name\":\""u8;

    /// <summary>
    /// The text of an entry. Whoever finds it to be one whole JSON object, and all its neighbours too, knows the whole document to
    /// be well-formed.
    /// </summary>
    internal ReadOnlyMemory<byte> this[int entry] =>
        _body[(entry == 0 ? 0 : _ends[entry - 1] + ","u8.Length).._ends[entry]];

    /// <summary>Looks at a document.</summary>
    /// <returns>Null when it is not written as this tool writes.</returns>
    internal static IndexOutline? TryRead(byte[] content)
    {
        try
        {
            return Read(content);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The head is not JSON, or not UTF-8; the reader of the whole says what is wrong, and where.
            return null;
        }
    }

    private static IndexOutline? Read(byte[] content)
    {
        if (!content.AsSpan().StartsWith("{\"schema_version\":1,\"repo\":\""u8) || !content.AsSpan().EndsWith("]}\n"u8))
        {
            return null;
        }

        Utf8JsonReader reader = new(content);
        if (
            !TryReadHead(ref reader, out string repo, out IndexKind kind, out ulong version, out Timestamp generatedAt)
            || !JsonTokens.IsName(ref reader, "packages"u8)
            || !reader.Read()
            || reader.TokenType != JsonTokenType.StartArray
        )
        {
            return null;
        }

        ReadOnlyMemory<byte> body = content.AsMemory((int)reader.BytesConsumed..^"]}\n"u8.Length);
        return new IndexOutline(repo, kind, version, generatedAt, body, Cut(body.Span));
    }

    /// <summary>Finds the version and time at the head of an index that is damaged further on.</summary>
    internal static bool TrySalvageHead(ReadOnlySpan<byte> content, out ulong version, out Timestamp generatedAt)
    {
        version = 0;
        generatedAt = default;
        try
        {
            Utf8JsonReader reader = new(content, isFinalBlock: false, default);
            return TryReadHead(ref reader, out _, out _, out version, out generatedAt);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Cuts the entries into pieces for workers.</summary>
    internal List<(int Start, int End)> Pieces()
    {
        List<(int Start, int End)> pieces = [];
        for (int start = 0; start < Count; start += RowsPerPiece)
        {
            pieces.Add((start, Math.Min(start + RowsPerPiece, Count)));
        }

        return pieces;
    }

    /// <summary>The rows, if all of them are known: byte for byte, in the same order.</summary>
    /// <param name="known">The rows of another index.</param>
    internal List<IndexRow>? TryTakeOver(IReadOnlyList<IndexRow> known)
    {
        if (known.Count < Count)
        {
            return null;
        }

        List<IndexRow> rows = new(Count);
        for (int at = 0; at < known.Count && rows.Count < Count; at++)
        {
            if (known[at].Json.Span.SequenceEqual(this[rows.Count].Span))
            {
                rows.Add(known[at]);
            }
        }

        return rows.Count == Count ? rows : null;
    }

    /// <summary>Whether rows are in the order of the index's kind (§6.2, §6.3), none twice.</summary>
    internal bool IsInOrder(IReadOnlyList<IndexRow> rows)
    {
        for (int i = 1; i < rows.Count; i++)
        {
            int order =
                _kind == IndexKind.Active
                    ? rows[i - 1].Name.CompareTo(rows[i].Name)
                    : IndexRow.ArchiveOrder.Compare(rows[i - 1], rows[i]);
            if (order >= 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The index with its rows.</summary>
    internal IndexSheet ToSheet(IReadOnlyList<IndexRow> rows) => new(_repo, _kind, _version, _generatedAt, rows);

    private static bool TryReadHead(
        ref Utf8JsonReader reader,
        out string repo,
        out IndexKind kind,
        out ulong version,
        out Timestamp generatedAt
    )
    {
        repo = "";
        kind = default;
        version = 0;
        generatedAt = default;
        if (
            !reader.Read()
            || reader.TokenType != JsonTokenType.StartObject
            || !JsonTokens.IsName(ref reader, "schema_version"u8)
            || !JsonTokens.IsNumber(ref reader, out ulong schema)
            || schema != 1
            || !JsonTokens.IsName(ref reader, "repo"u8)
            || !JsonTokens.IsString(ref reader)
        )
        {
            return false;
        }

        repo = reader.GetString()!;
        if (repo.Length == 0 || !JsonTokens.IsName(ref reader, "kind"u8) || !JsonTokens.IsString(ref reader))
        {
            return false;
        }

        kind = reader.ValueTextEquals("archive"u8) ? IndexKind.Archive : IndexKind.Active;
        return (kind == IndexKind.Archive || reader.ValueTextEquals("active"u8))
            && JsonTokens.IsName(ref reader, "index_version"u8)
            && JsonTokens.IsNumber(ref reader, out version)
            && version > 0
            && JsonTokens.IsName(ref reader, "generated_at"u8)
            && JsonTokens.IsString(ref reader)
            && Timestamp.TryParse(reader.GetString(), out generatedAt, out _);
    }

    private static List<int> Cut(ReadOnlySpan<byte> body)
    {
        List<int> ends = [];
        for (int at = 0; at < body.Length; )
        {
            int next = body[at..].IndexOf(Between);
            int end = next < 0 ? body.Length : at + next + "}}"u8.Length;
            ends.Add(end);
            at = end + ","u8.Length;
        }

        return ends;
    }
}
