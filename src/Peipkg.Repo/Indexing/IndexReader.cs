using System.Text.Json;
using Peipkg.Format;
using Peipkg.Format.Identity;
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
    /// <exception cref="FormatViolationException">It breaks a rule of §6.2 or §6.3.</exception>
    internal static IndexSheet Read(byte[] content)
        => TryReadCanonical(content) ?? ReadStrictly(content);

    /// <summary>Holds the document to every rule, and writes its entries anew.</summary>
    private static IndexSheet ReadStrictly(byte[] content)
    {
        RepositoryIndex index = IndexDocument.Read(content);
        List<IndexRow> rows = [.. index.Packages.Select(IndexEntryText.RowOf)];
        return new IndexSheet(index.Repo, index.Kind, index.IndexVersion, index.GeneratedAt, rows);
    }

    /// <summary>Finds the version and time at the head of an index that is damaged further on.</summary>
    internal static bool TrySalvageHeader(ReadOnlySpan<byte> content, out ulong version, out Timestamp generatedAt)
    {
        version = 0;
        generatedAt = default;
        try
        {
            Utf8JsonReader reader = new(content, isFinalBlock: false, default);
            return CanonicalIndexParser.TryReadHead(ref reader, out _, out _, out version, out generatedAt);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IndexSheet? TryReadCanonical(byte[] content)
    {
        try
        {
            return CanonicalIndexParser.TryRead(content);
        }
        catch (JsonException)
        {
            // The strict reader says what is wrong, and where.
            return null;
        }
    }
}
