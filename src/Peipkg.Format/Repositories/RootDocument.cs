using System.Buffers;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Repositories;

/// <summary>What a composed root is made of, as its file <c>peipkg-root.json</c> says it. The same packages give the same bytes.</summary>
/// <param name="Edition">The edition of the packages.</param>
/// <param name="Packages">What their repositories' indexes say of them, sorted by name; each name once.</param>
public sealed record RootDocument(Edition Edition, IReadOnlyList<IndexEntry> Packages)
{
    /// <summary>What the file is called, at the top of the root.</summary>
    public const string FileName = "peipkg-root.json";

    private const string Repository = "root";

    /// <summary>Reads a document and checks every rule that entries of an index keep.</summary>
    /// <param name="utf8">The whole document, at most 1 GiB.</param>
    /// <exception cref="FormatViolationException">A rule is broken; the place is a JSON pointer.</exception>
    public static RootDocument Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new StrictJsonReader(utf8, Limits.IndexBytes);
        ulong? schema = null;
        Edition? edition = null;
        List<IndexEntry>? packages = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("schema_version"u8))
            {
                schema = RelationReader.ReadSchemaVersion(ref reader);
            }
            else if (reader.NameIs("peipkg_edition"u8))
            {
                edition = DescriptorDocument.ReadEdition(ref reader);
            }
            else if (reader.NameIs("packages"u8))
            {
                // The edition says what they may hold, so it stands before them.
                packages = IndexDocument.ReadPackages(
                    ref reader,
                    edition ?? throw reader.Missing("peipkg_edition"),
                    places: null
                );
            }
            else
            {
                reader.Skip();
            }
        }

        _ = schema ?? throw reader.Missing("schema_version");
        RootDocument document = new(
            edition ?? throw reader.Missing("peipkg_edition"),
            packages ?? throw reader.Missing("packages")
        );
        reader.EndDocument();
        document.Check();
        return document;
    }

    /// <summary>Writes the canonical form.</summary>
    /// <exception cref="FormatViolationException">An entry breaks a rule, or they are out of order.</exception>
    public byte[] Write()
    {
        Check();
        ArrayBufferWriter<byte> output = new(1024);
        CanonicalJsonWriter writer = new(output);
        writer.BeginObject();
        writer.Integer("schema_version"u8, 1UL);
        writer.String("peipkg_edition"u8, Edition.Name);
        writer.BeginArray("packages"u8);
        foreach (IndexEntry entry in Packages)
        {
            IndexEntryJson.Write(writer, entry);
        }

        writer.EndArray();
        writer.EndObject();
        writer.EndDocument();
        return output.WrittenSpan.ToArray();
    }

    private void Check() =>
        IndexRules.Check(
            new RepositoryIndex(Repository, IndexKind.Active, 1, Timestamp.FromUnixSeconds(0), Packages),
            Edition
        );
}
