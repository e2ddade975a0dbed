using System.Text.Json;
using Peipkg.Format;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>Reads an index into rows over its own bytes.</summary>
/// <remarks>
/// Every index this tool writes is canonical, so its entries can be carried over as bytes: the fast way looks only at
/// what publishing decides by. A document that is not canonical, from another tool, is read strictly and its entries are
/// written anew.
/// </remarks>
internal static class IndexReader
{
    /// <summary>Reads a whole index: its shape and the order of its entries.</summary>
    /// <param name="content">The document.</param>
    /// <param name="known">
    /// The archive's rows when it is the active index that is read: its entries stand there too, and are not read twice.
    /// </param>
    /// <exception cref="FormatViolationException">It breaks a rule of §6.2 or §6.3.</exception>
    internal static IndexSheet Read(byte[] content, IReadOnlyList<IndexRow>? known = null) =>
        TryReadCanonical(content, known ?? []) ?? ReadWhole(content);

    /// <summary>Holds the document to every rule, and writes its entries anew.</summary>
    /// <exception cref="FormatViolationException">It breaks a rule of §6.2 or §6.3.</exception>
    internal static IndexSheet ReadWhole(byte[] content)
    {
        RepositoryIndex index = IndexDocument.Read(content);
        List<IndexRow> rows = [.. index.Packages.Select(IndexEntryText.RowOf)];
        return new IndexSheet(index.Repo, index.Kind, index.IndexVersion, index.GeneratedAt, rows);
    }

    private static IndexSheet? TryReadCanonical(byte[] content, IReadOnlyList<IndexRow> known)
    {
        try
        {
            return CanonicalIndexParser.TryRead(content, known);
        }
        catch (JsonException)
        {
            // The strict reader says what is wrong, and where.
            return null;
        }
    }
}
