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
        return RowOf(entry, document.WrittenMemory[start..end].ToArray());
    }

    /// <summary>The row of an entry whose text is there.</summary>
    internal static IndexRow RowOf(IndexEntry entry, ReadOnlyMemory<byte> text) =>
        new(entry.Name, entry.Version, entry.Architecture, entry.Url, entry.SizeCompressed, entry.Hash, text);

    /// <summary>Whether two rows say the same, however it is written.</summary>
    internal static bool SayTheSame(IndexRow first, IndexRow second) =>
        first.Json.Span.SequenceEqual(second.Json.Span)
        || (first.IsSamePackage(second) && Canonical(first).Json.Span.SequenceEqual(Canonical(second).Json.Span));

    private static IndexRow Canonical(IndexRow row) => RowOf(IndexEntries.Of([row])[0]);

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
