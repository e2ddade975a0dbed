using Peipkg.Format.Editions;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Repositories;

/// <summary>
/// Reads entries of an index one by one, out of a document whose shape is known already (PSD-009 §6.2.4). Each is held to every
/// rule that it alone can break, not to what entries owe each other.
/// </summary>
/// <remarks>Texts that recur are checked once and kept once. Not for several threads at a time.</remarks>
public sealed class IndexEntryReader
{
    private readonly JsonScratch _scratch = new();
    private readonly RelationReader _values;
    private readonly Edition _edition;
    private IndexEntryTemplate? _last;

    /// <summary>Creates a reader.</summary>
    /// <param name="edition">The repository's edition; null for <see cref="Edition.Default"/>.</param>
    public IndexEntryReader(Edition? edition = null)
    {
        _edition = edition ?? Edition.Default;
        _values = new RelationReader(new MemberReading(_edition, refuseUnknown: false));
    }

    /// <summary>Reads the object of one package.</summary>
    /// <param name="utf8">From its opening brace to its closing one; at most 1 GiB.</param>
    /// <exception cref="FormatViolationException">A rule is broken; the place is a JSON pointer into the entry.</exception>
    public IndexEntry Read(ReadOnlyMemory<byte> utf8)
    {
        if (_last?.TryRead(utf8.Span, _values) is { } similar)
        {
            return similar;
        }

        var reader = new StrictJsonReader(utf8.Span, Limits.IndexBytes, _scratch);
        var entry = IndexEntryJson.Read(ref reader, _values);
        reader.EndDocument();
        IndexRules.CheckEntry(RelationRules.Site.Alone, entry, _edition);
        _last = IndexEntryTemplate.Of(utf8, entry);
        return entry;
    }
}
