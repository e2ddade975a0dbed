using Peipkg.Format;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Indexing;

/// <summary>What came of reading an index.</summary>
/// <param name="Sheet">The index with those of its entries that break no rule; null when it cannot be read at all.</param>
/// <param name="Problems">What breaks a rule of §6.2 or §6.3, in the document's order; the places are JSON pointers.</param>
internal sealed record IndexReading(IndexSheet? Sheet, IReadOnlyList<FormatViolationException> Problems)
{
    /// <summary>The index, if nothing is wrong with it.</summary>
    /// <exception cref="FormatViolationException">The first thing that is wrong.</exception>
    internal IndexSheet Whole => Problems.Count == 0 ? Sheet! : throw Problems[0];
}

/// <summary>
/// Reads an index and holds the document and every entry to every rule, on all cores. The rows keep the document's bytes,
/// so that entries can be handed on unchanged.
/// </summary>
internal static class IndexReader
{
    /// <summary>Reads a whole index.</summary>
    /// <param name="content">The document.</param>
    /// <param name="known">
    /// Rows of the archive when it is the active index that is read: its entries stand there too, and are not read twice.
    /// </param>
    /// <param name="edition">The repository's edition; null for the default one.</param>
    internal static IndexReading Read(byte[] content, IReadOnlyList<IndexRow>? known = null, Edition? edition = null)
    {
        IndexReading? apart = TryReadApart(content, known ?? [], edition);
        if (apart is { Problems.Count: 0 })
        {
            return apart;
        }

        // Where an entry is not written as this program writes, it may have been cut in the wrong place.
        IndexReading through = ReadThrough(content, edition);
        return through.Problems.Count == 0 ? through : apart ?? through;
    }

    /// <summary>Entry by entry, where the document is written as this program writes.</summary>
    /// <returns>Null when it is not, or when its entries are out of order, which the reader of the whole explains.</returns>
    private static IndexReading? TryReadApart(byte[] content, IReadOnlyList<IndexRow> known, Edition? edition)
    {
        if (IndexOutline.TryRead(content) is not { } outline)
        {
            return null;
        }

        if (outline.TryTakeOver(known) is { } same)
        {
            return outline.IsInOrder(same) ? new IndexReading(outline.ToSheet(same), []) : null;
        }

        IndexRow?[] rows = new IndexRow?[outline.Count];
        FormatViolationException?[] problems = new FormatViolationException?[outline.Count];
        Workers.ForEach(
            outline.Pieces(),
            () => new IndexEntryReader(edition),
            (piece, reader) =>
            {
                for (int i = piece.Start; i < piece.End; i++)
                {
                    ReadOnlyMemory<byte> text = outline[i];
                    try
                    {
                        rows[i] = new IndexRow(reader.Read(text), text);
                    }
                    catch (FormatViolationException exception)
                    {
                        problems[i] = exception.Within($"/packages/{i}");
                    }
                }
            },
            CancellationToken.None
        );
        IndexRow[] good = [.. rows.OfType<IndexRow>()];
        return outline.IsInOrder(good)
            ? new IndexReading(
                outline.ToSheet(good),
                good.Length == rows.Length ? [] : [.. problems.OfType<FormatViolationException>()]
            )
            : null;
    }

    private static IndexReading ReadThrough(byte[] content, Edition? edition)
    {
        try
        {
            RepositoryIndex index = IndexDocument.Read(content, out IReadOnlyList<ReadOnlyMemory<byte>> texts, edition);
            List<IndexRow> rows = [.. index.Packages.Zip(texts, static (entry, text) => new IndexRow(entry, text))];
            return new IndexReading(
                new IndexSheet(index.Repo, index.Kind, index.IndexVersion, index.GeneratedAt, rows),
                []
            );
        }
        catch (FormatViolationException exception)
        {
            return new IndexReading(null, [exception]);
        }
    }
}
