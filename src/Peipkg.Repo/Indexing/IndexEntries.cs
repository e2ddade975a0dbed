using Peipkg.Format;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.State;

namespace Peipkg.Repo.Indexing;

/// <summary>Reads whole entries out of rows, for what needs more of a package than publishing does.</summary>
internal static class IndexEntries
{
    private const int EntriesPerPiece = 500;

    private static readonly IndexSheet AnyArchive = new(
        "x", IndexKind.Archive, 1, Timestamp.FromUnixSeconds(0), []);

    /// <summary>The entry of each row, in the rows' order; on all cores.</summary>
    /// <param name="rows">Rows of an index, some or all, in its order.</param>
    /// <exception cref="FormatViolationException">An entry breaks a rule of §6.2.</exception>
    internal static IndexEntry[] Of(IReadOnlyList<IndexRow> rows)
    {
        IndexEntry[] entries = new IndexEntry[rows.Count];
        int[] starts = [.. Enumerable.Range(0, (rows.Count + EntriesPerPiece - 1) / EntriesPerPiece)
            .Select(static piece => piece * EntriesPerPiece)];
        Workers.ForEach(
            starts,
            start =>
            {
                int end = Math.Min(start + EntriesPerPiece, rows.Count);
                IReadOnlyList<IndexEntry> piece =
                    IndexDocument.Read(IndexEntryText.DocumentOf(AnyArchive, rows, start, end)).Packages;
                for (int i = 0; i < piece.Count; i++)
                {
                    entries[start + i] = piece[i];
                }
            },
            CancellationToken.None);
        return entries;
    }
}
