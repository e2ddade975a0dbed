using System.Text.Json;
using Peipkg.Format;
using Peipkg.Format.Repositories;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Indexing;

/// <summary>Reads an index and holds every entry to every rule of §6.2 and §6.3, on all cores.</summary>
/// <remarks>The rows' bytes are those of the document, which need not be canonical.</remarks>
internal static class StrictIndexReader
{
    /// <summary>Reads a whole index.</summary>
    /// <param name="content">The document.</param>
    /// <param name="checked">Rows of the other index, in its order, read here as well; those that stand here too are not read again.</param>
    /// <exception cref="FormatViolationException">It breaks a rule.</exception>
    internal static IndexSheet Read(byte[] content, IReadOnlyList<IndexRow>? @checked = null)
    {
        // Whatever the entries one by one do not show to be in order, the reader of the whole says what is wrong and where.
        IndexSheet sheet = TryReadApart(content, @checked ?? []) ?? IndexReader.ReadWhole(content);
        CheckEqualVersions(sheet.Rows);
        return sheet;
    }

    private static IndexSheet? TryReadApart(byte[] content, IReadOnlyList<IndexRow> known)
    {
        try
        {
            return
                IndexOutline.TryRead(content) is { } outline
                && (outline.TryTakeOver(known) ?? (IReadOnlyList<IndexRow>)ReadRows(outline)) is { } rows
                && outline.IsInOrder(rows)
                ? outline.ToSheet(rows)
                : null;
        }
        catch (Exception error) when (error is FormatViolationException or JsonException)
        {
            return null;
        }
    }

    private static IndexRow[] ReadRows(IndexOutline outline)
    {
        IndexRow[] rows = new IndexRow[outline.Count];
        Workers.ForEach(
            outline.Pieces(),
            static () => new IndexEntryReader(),
            (piece, reader) =>
            {
                for (int i = piece.Start; i < piece.End; i++)
                {
                    ReadOnlyMemory<byte> text = outline[i];
                    rows[i] = IndexEntryText.RowOf(reader.Read(text.Span), text);
                }
            },
            CancellationToken.None
        );
        return rows;
    }

    /// <summary>Equal versions need not be neighbours, because precedence is not transitive.</summary>
    private static void CheckEqualVersions(IReadOnlyList<IndexRow> rows)
    {
        Dictionary<string, IndexRow> seen = new(StringComparer.Ordinal);
        HashSet<(string Version, string Architecture)> spelled = [];
        for (int i = 0; i < rows.Count; i++)
        {
            IndexRow row = rows[i];
            if (i == 0 || rows[i - 1].Name != row.Name)
            {
                seen.Clear();
                spelled.Clear();
                if (i + 1 == rows.Count || rows[i + 1].Name != row.Name)
                {
                    // An only version has nothing to be equal to.
                    continue;
                }
            }

            if (!spelled.Add((row.Version.Text, row.Architecture.Text)))
            {
                throw new FormatViolationException(RepositoryRule.IndexDuplicate, "/packages", $"{row} comes twice");
            }

            string key = row.Version.EqualityKey;
            if (!seen.TryAdd(key, row) && seen[key].Version != row.Version)
            {
                throw new FormatViolationException(
                    Refusal.EqualVersion,
                    "/packages",
                    $"{row} compares equal to {seen[key].Version}, so that no consumer can tell which is newer"
                );
            }
        }
    }
}
