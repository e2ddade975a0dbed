using Peipkg.Format;
using Peipkg.Format.Repositories;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Indexing;

/// <summary>Reads whole entries out of rows, for what needs more of a package than publishing does.</summary>
internal static class IndexEntries
{
    private const int EntriesPerPiece = 500;

    /// <summary>The entry of each row, in the rows' order; on all cores.</summary>
    /// <param name="rows">Rows of an index, some or all.</param>
    /// <exception cref="FormatViolationException">An entry breaks a rule of §6.2.</exception>
    internal static IndexEntry[] Of(IReadOnlyList<IndexRow> rows)
    {
        IndexEntry[] entries = new IndexEntry[rows.Count];
        int[] starts =
        [
            .. Enumerable
                .Range(0, (rows.Count + EntriesPerPiece - 1) / EntriesPerPiece)
                .Select(static piece => piece * EntriesPerPiece),
        ];
        Workers.ForEach(
            starts,
            static () => new IndexEntryReader(),
            (start, reader) =>
                Read(reader, rows, start, entries.AsSpan(start, Math.Min(EntriesPerPiece, rows.Count - start))),
            CancellationToken.None
        );
        return entries;
    }

    private static void Read(IndexEntryReader reader, IReadOnlyList<IndexRow> rows, int start, Span<IndexEntry> entries)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            IndexRow row = rows[start + i];
            try
            {
                entries[i] = reader.Read(row.Json.Span);
            }
            catch (FormatViolationException error)
            {
                throw error.Within($"{row} ");
            }
        }
    }
}
