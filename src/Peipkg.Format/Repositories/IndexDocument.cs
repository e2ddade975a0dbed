using System.Buffers;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;

namespace Peipkg.Format.Repositories;

/// <summary>Reads and writes the two indexes of a repository (PSD-009 §6.2, §6.3).</summary>
public static class IndexDocument
{
    /// <summary>Reads an index and checks every rule that the document alone can show.</summary>
    /// <param name="utf8">The whole document, at most 1 GiB.</param>
    /// <param name="edition">The repository's edition; null for <see cref="Edition.Default"/>.</param>
    /// <exception cref="FormatViolationException">A rule is broken; the place is a JSON pointer.</exception>
    public static RepositoryIndex Read(ReadOnlySpan<byte> utf8, Edition? edition = null) =>
        Read(utf8, edition ?? Edition.Default, places: null);

    /// <summary>Reads an index likewise, and keeps the bytes of its entries, for whoever hands them on unchanged.</summary>
    /// <param name="utf8">The whole document, at most 1 GiB.</param>
    /// <param name="texts">The bytes of each entry, without white space between tokens.</param>
    /// <param name="edition">The repository's edition; null for <see cref="Edition.Default"/>.</param>
    /// <exception cref="FormatViolationException">A rule is broken; the place is a JSON pointer.</exception>
    public static RepositoryIndex Read(
        ReadOnlyMemory<byte> utf8,
        out IReadOnlyList<ReadOnlyMemory<byte>> texts,
        Edition? edition = null
    )
    {
        List<Range> places = [];
        RepositoryIndex index = Read(utf8.Span, edition ?? Edition.Default, places);
        texts = [.. places.Select(place => (ReadOnlyMemory<byte>)JsonText.Compact(utf8.Span[place]))];
        return index;
    }

    private static RepositoryIndex Read(ReadOnlySpan<byte> utf8, Edition edition, List<Range>? places)
    {
        var reader = new StrictJsonReader(utf8, Limits.IndexBytes);
        ulong? schema = null;
        string? repo = null;
        IndexKind? kind = null;
        ulong? version = null;
        Timestamp? generatedAt = null;
        IReadOnlyList<IndexEntry>? packages = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("schema_version"u8))
            {
                schema = RelationReader.ReadSchemaVersion(ref reader);
            }
            else if (reader.NameIs("repo"u8))
            {
                repo = reader.ReadString();
            }
            else if (reader.NameIs("kind"u8))
            {
                kind = ReadKind(ref reader);
            }
            else if (reader.NameIs("index_version"u8))
            {
                version = reader.ReadUInt64();
            }
            else if (reader.NameIs("generated_at"u8))
            {
                generatedAt = Timestamp.TryParse(reader.ReadString(), out var value, out var error)
                    ? value
                    : throw reader.Violation(ManifestRule.Timestamp, error);
            }
            else if (reader.NameIs("packages"u8))
            {
                packages = ReadPackages(ref reader, edition, places);
            }
            else
            {
                reader.Skip();
            }
        }

        _ = schema ?? throw reader.Missing("schema_version");
        var index = new RepositoryIndex(
            repo ?? throw reader.Missing("repo"),
            kind ?? throw reader.Missing("kind"),
            version ?? throw reader.Missing("index_version"),
            generatedAt ?? throw reader.Missing("generated_at"),
            packages ?? throw reader.Missing("packages")
        );
        reader.EndDocument();
        IndexRules.Check(index, edition);
        return index;
    }

    /// <summary>Writes the canonical form.</summary>
    /// <param name="index">The index.</param>
    /// <param name="edition">The repository's edition; null for <see cref="Edition.Default"/>.</param>
    /// <exception cref="FormatViolationException">The index breaks a rule and no consumer would take it.</exception>
    public static byte[] Write(RepositoryIndex index, Edition? edition = null)
    {
        var buffer = new ChunkedBuffer();
        Write(index, buffer, edition);
        return buffer.ToArray();
    }

    /// <summary>Writes the canonical form into a buffer, for indexes too large to hold twice.</summary>
    /// <param name="index">The index.</param>
    /// <param name="output">Receives the document; nothing when the index breaks a rule.</param>
    /// <param name="edition">The repository's edition; null for <see cref="Edition.Default"/>.</param>
    /// <exception cref="FormatViolationException">The index breaks a rule and no consumer would take it.</exception>
    public static void Write(RepositoryIndex index, IBufferWriter<byte> output, Edition? edition = null)
    {
        IndexRules.Check(index, edition ?? Edition.Default);
        var writer = new CanonicalJsonWriter(output);
        WriteHead(writer, index.Repo, index.Kind, index.IndexVersion, index.GeneratedAt);
        foreach (var entry in index.Packages)
        {
            IndexEntryJson.Write(writer, entry);
        }

        writer.EndArray();
        writer.EndObject();
        writer.EndDocument();
    }

    /// <summary>Writes everything of an index before its first entry, for whoever writes entries as bytes.</summary>
    public static void WriteHead(
        CanonicalJsonWriter writer,
        string repo,
        IndexKind kind,
        ulong indexVersion,
        Timestamp generatedAt
    )
    {
        writer.BeginObject();
        writer.Integer("schema_version"u8, 1UL);
        writer.String("repo"u8, repo);
        writer.String("kind"u8, kind == IndexKind.Active ? "active" : "archive");
        writer.Integer("index_version"u8, indexVersion);
        writer.String("generated_at"u8, generatedAt.Text);
        writer.BeginArray("packages"u8);
    }

    /// <summary>The canonical bytes of one entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="edition">The repository's edition; null for <see cref="Edition.Default"/>.</param>
    /// <exception cref="FormatViolationException">The entry breaks a rule and no consumer would take it.</exception>
    public static byte[] WriteEntry(IndexEntry entry, Edition? edition = null)
    {
        IndexRules.CheckEntry(RelationRules.Site.Alone, entry, edition ?? Edition.Default);
        var output = new ArrayBufferWriter<byte>(1024);
        IndexEntryJson.Write(new CanonicalJsonWriter(output), entry);
        return output.WrittenSpan.ToArray();
    }

    private static IndexKind ReadKind(ref StrictJsonReader reader)
    {
        var text = reader.ReadString();
        return text switch
        {
            "active" => IndexKind.Active,
            "archive" => IndexKind.Archive,
            _ => throw reader.Violation(
                RepositoryRule.IndexKind,
                $"{DisplayText.Quote(text)} is no kind of index; there are active and archive"
            ),
        };
    }

    internal static List<IndexEntry> ReadPackages(ref StrictJsonReader reader, Edition edition, List<Range>? places)
    {
        var values = new RelationReader(new MemberReading(edition, refuseUnknown: false));
        var packages = new List<IndexEntry>();
        reader.BeginArray();
        while (reader.NextElement())
        {
            var start = reader.ElementStart;
            packages.Add(IndexEntryJson.Read(ref reader, values));
            places?.Add(start..reader.ValueEnd);
        }

        return packages;
    }
}
