using System.Text;
using Peipkg.Format;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Tests.Operations;

namespace Peipkg.Repo.Tests.Indexing;

public class IndexReaderTests
{
    private static readonly RepositoryIndex Index = new(
        "test \"repo\"",
        IndexKind.Archive,
        7,
        Timestamp.Parse("2026-01-01T00:00:00Z"),
        [Entry("aa", "2.0-1"), Entry("aa", "1:0.1-1", "a \"quoted\" \\ text"), Entry("bb", "1.0-1")]);

    [Fact]
    public void Rows_carry_the_entries_bytes_and_what_is_decided_by()
    {
        RepositoryIndex ordered = Index with { Packages = IndexOrder.Sort(Index.Packages) };
        byte[] document = IndexDocument.Write(ordered);
        IndexSheet sheet = IndexReader.Read(document);
        Assert.Equal(
            (ordered.Repo, ordered.Kind, ordered.IndexVersion, ordered.GeneratedAt),
            (sheet.Repo, sheet.Kind, sheet.IndexVersion, sheet.GeneratedAt));
        Assert.Equal(
            ordered.Packages.Select(static e => (e.Name, e.Version, e.Architecture, e.Url, e.SizeCompressed, e.Hash)),
            sheet.Rows.Select(static r => (r.Name, r.Version, r.Architecture, r.Url, r.Size, r.Hash)));
        foreach ((IndexEntry entry, IndexRow row) in ordered.Packages.Zip(sheet.Rows))
        {
            Assert.Equal(Encoding.UTF8.GetString(IndexEntryText.RowOf(entry).Json.Span), Encoding.UTF8.GetString(row.Json.Span));
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
    public void A_document_that_is_not_canonical_is_written_anew(string canonical, string other)
    {
        RepositoryIndex ordered = Index with { Packages = IndexOrder.Sort(Index.Packages) };
        string document = Encoding.UTF8.GetString(IndexDocument.Write(ordered));
        string changed = document.Replace(canonical, other, StringComparison.Ordinal);
        Assert.NotEqual(document, changed);
        RepositoryIndex expected = IndexDocument.Read(Encoding.UTF8.GetBytes(changed));
        IndexSheet sheet = IndexReader.Read(Encoding.UTF8.GetBytes(changed));
        Assert.Equal(
            expected.Packages.Select(static entry => Encoding.UTF8.GetString(IndexEntryText.RowOf(entry).Json.Span)),
            sheet.Rows.Select(static row => Encoding.UTF8.GetString(row.Json.Span)));
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
        RepositoryIndex sorted = Index with { Packages = [Entry("aa", "2.0-1"), Entry("ab", "1.0-1"), Entry("bb", "1.0-1")] };
        string document = Encoding.UTF8.GetString(IndexDocument.Write(sorted)).Replace(right, wrong, StringComparison.Ordinal);
        if (message == "sorted")
        {
            document = document.Replace("\"name\":\"aa\"", "\"name\":\"zz\"", StringComparison.Ordinal);
        }

        FormatViolationException error = Assert.Throws<FormatViolationException>(
            () => IndexReader.Read(Encoding.UTF8.GetBytes(document)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"constraint\":\">= 1.0\"", "\"constraint\":\">= .0\"")]
    [InlineData("\"homepage\":\"https", "\"homepage\":\"gopher")]
    [InlineData("\"farm_id\":\"test-farm\"", "\"farm_id\":\"x\",\"farm_id\":\"y\"")]
    [InlineData("\"url\":\"/p/b", "\"url\":\"//p/b")]
    public void What_the_quick_look_passes_over_the_strict_check_finds(string right, string wrong)
    {
        IndexSheet good = IndexReader.Read(IndexDocument.Write(Index with { Packages = IndexOrder.Sort(Index.Packages) }));
        Assert.Equal((null, null), StrictIndexCheck.Run(null, good));
        List<IndexRow> rows = [.. good.Rows.Select(row => new IndexRow(
            row.Name, row.Version, row.Architecture, row.Url, row.Size, row.Hash,
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(row.Json.Span).Replace(right, wrong, StringComparison.Ordinal))))];
        (FormatViolationException? active, FormatViolationException? archive) = StrictIndexCheck.Run(null, good with { Rows = rows });
        Assert.Null(active);
        Assert.Contains("aa", archive!.Message, StringComparison.Ordinal);
    }

    private static IndexEntry Entry(string name, string version, string? description = null)
    {
        Manifest manifest = RepositoryFixture.Manifest(name, version, "x86_64");
        manifest = description is null ? manifest : manifest with { Description = description };
        return IndexEntry.FromPackage(
            manifest,
            Sha256Digest.Of(Encoding.UTF8.GetBytes(name + version)),
            5,
            UrlTemplate.Default.Expand(manifest.Name, manifest.Version, manifest.Architecture));
    }
}
