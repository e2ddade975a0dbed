using System.Text;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Indexing;

public class IndexReaderTests
{
    private static readonly RepositoryIndex Index = new(
        "test \"repo\"",
        IndexKind.Archive,
        7,
        Timestamp.Parse("2026-01-01T00:00:00Z"),
        [Entry("aa", "2.0-1"), Entry("aa", "1:0.1-1", "a \"quoted\" \\ text"), Entry("bb", "1.0-1")]
    );

    [Fact]
    public void Rows_carry_the_entries_bytes_and_what_is_decided_by()
    {
        RepositoryIndex ordered = Index with { Packages = IndexOrder.Sort(Index.Packages) };
        byte[] document = IndexDocument.Write(ordered);
        IndexSheet sheet = IndexReader.Read(document).Whole;
        Assert.Equal(
            (ordered.Repo, ordered.Kind, ordered.IndexVersion, ordered.GeneratedAt),
            (sheet.Repo, sheet.Kind, sheet.IndexVersion, sheet.GeneratedAt)
        );
        Assert.Equal(
            ordered.Packages.Select(static e => (e.Name, e.Version, e.Architecture, e.Url, e.SizeCompressed, e.Hash)),
            sheet.Rows.Select(static r => (r.Name, r.Version, r.Architecture, r.Url, r.Size, r.Hash))
        );
        foreach ((IndexEntry entry, IndexRow row) in ordered.Packages.Zip(sheet.Rows))
        {
            Assert.Equal(Encoding.UTF8.GetString(IndexRow.Of(entry).Json.Span), Encoding.UTF8.GetString(row.Json.Span));
            Assert.True(document.AsSpan().IndexOf(row.Json.Span) > 0);
        }
    }

    [Theory]
    [InlineData("{\"schema_version\"", "{ \"schema_version\"")]
    [InlineData("\",\"version\":\"", "\", \"version\":\"")]
    [InlineData("\"name\":\"bb\",\"version\":\"1.0-1\"", "\"version\":\"1.0-1\",\"name\":\"bb\"")]
    [InlineData("<package>", "\\u003cpackage>")]
    [InlineData("\"license\":\"MIT\",", "")]
    [InlineData("\"architecture\"", "\"added_later\":{\"x\":[1]},\"architecture\"")]
    [InlineData("]}\n", "]}\n\n")]
    public void A_document_that_is_not_canonical_keeps_its_entries_as_they_are(string canonical, string other)
    {
        RepositoryIndex ordered = Index with { Packages = IndexOrder.Sort(Index.Packages) };
        string document = Encoding.UTF8.GetString(IndexDocument.Write(ordered));
        string changed = document.Replace(canonical, other, StringComparison.Ordinal);
        Assert.NotEqual(document, changed);
        RepositoryIndex expected = IndexDocument.Read(Encoding.UTF8.GetBytes(changed));
        IndexSheet sheet = IndexReader.Read(Encoding.UTF8.GetBytes(changed)).Whole;
        Assert.Equal(
            expected.Packages.Select(static entry => Encoding.UTF8.GetString(IndexDocument.WriteEntry(entry))),
            sheet.Rows.Select(static row => Encoding.UTF8.GetString(IndexDocument.WriteEntry(row.Entry)))
        );
        Assert.All(
            sheet.Rows,
            row =>
                Assert.Contains(
                    Compact(Encoding.UTF8.GetString(row.Json.Span)),
                    Compact(changed),
                    StringComparison.Ordinal
                )
        );

        static string Compact(string text) => text.Replace("\", \"", "\",\"", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"name\":\"bb\"", "\"name\":\"ab\"", "sorted")]
    [InlineData("\"name\":\"bb\"", "\"name\":\"\"", "name")]
    [InlineData("\"index_version\":7", "\"index_version\":0", "index")]
    [InlineData("\"kind\":\"archive\"", "\"kind\":\"other\"", "kind")]
    [InlineData("\"size_compressed\":5", "\"size_compressed\":-5", "size_compressed")]
    [InlineData("]}\n", "]", "ends")]
    public void A_document_that_breaks_a_rule_is_refused(string right, string wrong, string message)
    {
        RepositoryIndex sorted = Index with
        {
            Packages = [Entry("aa", "2.0-1"), Entry("ab", "1.0-1"), Entry("bb", "1.0-1")],
        };
        string document = Encoding
            .UTF8.GetString(IndexDocument.Write(sorted))
            .Replace(right, wrong, StringComparison.Ordinal);
        if (message == "sorted")
        {
            document = document.Replace("\"name\":\"aa\"", "\"name\":\"zz\"", StringComparison.Ordinal);
        }

        FormatViolationException error = Assert.Throws<FormatViolationException>(() =>
            IndexReader.Read(Encoding.UTF8.GetBytes(document)).Whole
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"constraint\":\">= 1.0\"", "\"constraint\":\">= .0\"")]
    [InlineData("\"homepage\":\"https", "\"homepage\":\"gopher")]
    [InlineData("\"farm_id\":\"test-farm\"", "\"farm_id\":\"x\",\"farm_id\":\"y\"")]
    [InlineData("\"url\":\"/p/b", "\"url\":\"//p/b")]
    public void The_strict_reader_finds_what_is_wrong_inside_an_entry(string right, string wrong)
    {
        byte[] good = IndexDocument.Write(Index with { Packages = IndexOrder.Sort(Index.Packages) });
        Assert.Equal(3, IndexReader.Read(good).Whole.Rows.Count);
        byte[] bad = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(good).Replace(right, wrong, StringComparison.Ordinal)
        );
        Assert.NotEqual(good, bad);
        FormatViolationException error = Assert.Throws<FormatViolationException>(() => IndexReader.Read(bad).Whole);
        Assert.StartsWith("/packages/", error.Place, StringComparison.Ordinal);
    }

    [Fact]
    public void The_active_index_takes_over_what_the_archive_has_shown()
    {
        RepositoryIndex archive = Index with { Packages = IndexOrder.Sort(Index.Packages) };
        RepositoryIndex active = archive with
        {
            Kind = IndexKind.Active,
            Packages = [archive.Packages[0], archive.Packages[2]],
        };
        IndexSheet read = IndexReader.Read(IndexDocument.Write(archive)).Whole;
        Assert.Equal([read.Rows[0], read.Rows[2]], IndexReader.Read(IndexDocument.Write(active), read.Rows).Whole.Rows);
        Assert.Equal([read.Rows[0], read.Rows[2]], IndexReader.Read(IndexDocument.Write(active), read.Rows).Whole.Rows);

        RepositoryIndex other = active with
        {
            Packages = [active.Packages[0], active.Packages[1] with { Description = "Another." }],
        };
        IndexSheet apart = IndexReader.Read(IndexDocument.Write(other), read.Rows).Whole;
        Assert.DoesNotContain(apart.Rows[1], read.Rows);
        Assert.Contains("Another.", Encoding.UTF8.GetString(apart.Rows[1].Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_say_the_same_in_other_words_are_the_same()
    {
        string canonical = Encoding.UTF8.GetString(IndexDocument.Write(Index with { Packages = [Index.Packages[2]] }));
        string other = canonical.Replace("\"architecture\"", "\"added\":1,\"architecture\"", StringComparison.Ordinal);
        IndexRow first = IndexReader.Read(Encoding.UTF8.GetBytes(canonical)).Whole.Rows[0];
        IndexRow second = IndexReader.Read(Encoding.UTF8.GetBytes(other)).Whole.Rows[0];
        Assert.NotEqual(first.Json.Length, second.Json.Length);
        Assert.True(first.SaysTheSame(second));
        Assert.False(first.SaysTheSame(IndexRow.Of(Index.Packages[2] with { Description = "Another." })));
    }

    [Theory]
    [InlineData("1.0~alpha-1", "1.0~a-1", "equal")]
    [InlineData("1.0-1", "1.0-1", "twice")]
    public void Versions_that_no_consumer_could_tell_apart_are_found(string first, string second, string message)
    {
        // Not sorted by this tool, which would refuse to write them.
        byte[] document = IndexDocument.Write(
            Index with
            {
                Packages = IndexOrder.Sort([
                    Entry("aa", "3.0-1"),
                    Entry("aa", first),
                    Entry("aa", "2.0-1"),
                    Entry("ab", "1.0-1"),
                ]),
            }
        );
        byte[] changed = Encoding.UTF8.GetBytes(
            Encoding
                .UTF8.GetString(document)
                .Replace(
                    "\"name\":\"ab\",\"version\":\"1.0-1\"",
                    $"\"name\":\"aa\",\"version\":\"{second}\"",
                    StringComparison.Ordinal
                )
        );
        IndexReading reading = IndexReader.Read(changed);
        FormatViolationException error = Assert.IsType<FormatViolationException>(
            reading.Problems is [var problem, ..] ? problem : EqualVersions.Find(reading.Sheet!.Rows)
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static IndexEntry Entry(string name, string version, string? description = null)
    {
        Manifest manifest = RepositoryFixture.Manifest(name, version, "x86_64");
        manifest = description is null ? manifest : manifest with { Description = description };
        return IndexEntry.FromPackage(
            manifest,
            Sha256Digest.Of(Encoding.UTF8.GetBytes(name + version)),
            5,
            UrlTemplate.Default.Expand(manifest.Name, manifest.Version, manifest.Architecture)
        );
    }
}
