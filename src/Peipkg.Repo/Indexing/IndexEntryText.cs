using System.Buffers;
using Peipkg.Format;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>The canonical bytes of index entries and of a document's head (SPEC §4, §6).</summary>
internal static class IndexEntryText
{
    private static readonly Timestamp AnyTime = Timestamp.FromUnixSeconds(0);

    /// <summary>The row of an entry that is written for the first time.</summary>
    /// <exception cref="FormatViolationException">No consumer would take the entry.</exception>
    internal static IndexRow RowOf(IndexEntry entry)
    {
        ArrayBufferWriter<byte> document = new(1024);
        IndexDocument.Write(new RepositoryIndex("x", IndexKind.Archive, 1, AnyTime, [entry]), document);
        int start = document.WrittenSpan.IndexOf("\"packages\":["u8) + "\"packages\":["u8.Length;
        int end = document.WrittenCount - "]}\n"u8.Length;
        return new IndexRow(
            entry.Name, entry.Version, entry.Architecture, entry.Url, entry.SizeCompressed, entry.Hash, document.WrittenMemory[start..end].ToArray());
    }

    /// <summary>A whole document of some rows, for a reader that takes nothing less.</summary>
    /// <param name="head">Whose head it gets.</param>
    /// <param name="rows">Rows in the order of the head's kind.</param>
    /// <param name="start">The first row.</param>
    /// <param name="end">The row after the last.</param>
    internal static ReadOnlySpan<byte> DocumentOf(IndexSheet head, IReadOnlyList<IndexRow> rows, int start, int end)
    {
        ArrayBufferWriter<byte> document = new(256 << 10);
        WriteHead(head, document);
        for (int i = start; i < end; i++)
        {
            document.Write(i == start ? default : ","u8);
            document.Write(rows[i].Json.Span);
        }

        document.Write("]}\n"u8);
        return document.WrittenSpan;
    }

    /// <summary>Everything of an index before its first entry.</summary>
    internal static void WriteHead(IndexSheet sheet, IBufferWriter<byte> output)
    {
        CanonicalJsonWriter json = new(output);
        json.BeginObject();
        json.Integer("schema_version"u8, 1ul);
        json.String("repo"u8, sheet.Repo);
        json.String("kind"u8, sheet.Kind == IndexKind.Archive ? "archive" : "active");
        json.Integer("index_version"u8, sheet.IndexVersion);
        json.String("generated_at"u8, sheet.GeneratedAt.Text);
        json.BeginArray("packages"u8);
    }
}
