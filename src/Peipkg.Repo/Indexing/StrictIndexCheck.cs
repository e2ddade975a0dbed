using Peipkg.Format;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.State;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// Holds the entries of indexes to every rule of §6.2 and §6.3, on all cores. <see cref="IndexReader"/> has seen to the
/// order of the entries and the shape of the document, so pieces of it can be judged apart.
/// </summary>
internal static class StrictIndexCheck
{
    private const int EntriesPerPiece = 1000;

    /// <summary>Checks both indexes of a generation.</summary>
    /// <param name="active">The active index; entries it shares with the archive are looked at once.</param>
    /// <param name="archive">The archive index.</param>
    /// <returns>For each index what is wrong with it, null when nothing is.</returns>
    internal static (FormatViolationException? Active, FormatViolationException? Archive) Run(
        IndexSheet? active, IndexSheet? archive)
    {
        List<Piece> pieces = [];
        Cut(archive, pieces);
        if (active is not null && !IsContained(active, archive))
        {
            Cut(active, pieces);
        }

        Workers.ForEach(pieces, static piece => piece.Check(), CancellationToken.None);
        return (Problem(active), Problem(archive));

        FormatViolationException? Problem(IndexSheet? sheet)
            => pieces.Find(piece => piece.Sheet == sheet && piece.Problem is not null)?.Problem;
    }

    private static bool IsContained(IndexSheet active, IndexSheet? archive)
    {
        int at = 0;
        foreach (IndexRow row in active.Rows)
        {
            while (at < archive?.Rows.Count && !archive.Rows[at].Json.Span.SequenceEqual(row.Json.Span))
            {
                at++;
            }

            if (archive is null || at == archive.Rows.Count)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Cuts between names, for some rules concern all versions of one.</summary>
    private static void Cut(IndexSheet? sheet, List<Piece> pieces)
    {
        for (int start = 0; start < sheet?.Rows.Count;)
        {
            int end = Math.Min(start + EntriesPerPiece, sheet.Rows.Count);
            while (end < sheet.Rows.Count && sheet.Rows[end].Name == sheet.Rows[end - 1].Name)
            {
                end++;
            }

            pieces.Add(new Piece(sheet, start, end));
            start = end;
        }
    }

    private sealed class Piece(IndexSheet sheet, int start, int end)
    {
        internal IndexSheet Sheet => sheet;

        internal FormatViolationException? Problem { get; private set; }

        internal void Check()
        {
            try
            {
                IndexDocument.Read(IndexEntryText.DocumentOf(sheet, sheet.Rows, start, end));
                CheckEqualVersions();
            }
            catch (FormatViolationException error)
            {
                // The number in the pointer counts from the piece's start; a package's name finds the entry anywhere.
                Problem = new FormatViolationException(
                    error.Rule,
                    $"among the entries from {sheet.Rows[start]} to {sheet.Rows[end - 1]}, {error.Place}",
                    error.Detail,
                    error);
            }
        }

        /// <summary>Equal versions need not be neighbours, because precedence is not transitive.</summary>
        private void CheckEqualVersions()
        {
            Dictionary<string, PackageVersion> seen = new(StringComparer.Ordinal);
            PackageName name = default;
            for (int i = start; i < end; i++)
            {
                IndexRow row = sheet.Rows[i];
                if (row.Name != name)
                {
                    name = row.Name;
                    seen.Clear();
                }

                string key = row.Version.EqualityKey;
                if (!seen.TryAdd(key, row.Version) && seen[key] != row.Version)
                {
                    throw new FormatViolationException(
                        Refusal.EqualVersion,
                        "/packages",
                        $"{row} compares equal to {seen[key]}, so that no consumer can tell which is newer");
                }
            }
        }
    }
}
