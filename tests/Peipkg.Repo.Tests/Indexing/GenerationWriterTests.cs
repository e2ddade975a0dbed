using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Indexing;

public class GenerationWriterTests
{
    private static readonly Timestamp Now = Timestamp.Parse("2026-01-01T00:00:00Z");

    /// <summary>Rows are written in the runs they came in; what was between them there must not come along.</summary>
    [Theory]
    [InlineData("1 2 3 4 5 6", "")]
    [InlineData("1 2 3", "4 5 6")]
    [InlineData("1 3 5", "2 4 6")]
    [InlineData("2 3 5 6", "1 4")]
    [InlineData("", "1 2")]
    public void Rows_from_anywhere_make_the_document_that_the_format_writes(string published, string fresh)
    {
        using RepositoryFixture fixture = new();
        IndexSheet old = IndexReader.Read(IndexDocument.Write(Index(Numbers("1 2 3 4 5 6")))).Whole;
        List<IndexRow> kept = [.. Numbers(published).Select(number => old.Rows[number - 1])];
        PublishPlan plan = PublishPlan.Create(
            kept,
            [.. Numbers(fresh).Select(static number => Rows.New(IndexRow.Of(Entry(number))))],
            7,
            Now
        );
        using DocumentSigner signer = DocumentSigner.Load(fixture.KeyFile, Silent);
        Directory.CreateDirectory(fixture["index"]);
        GenerationWriter.WriteIndexes(path => fixture[path], "test", plan, signer);
        IEnumerable<int> all = Numbers($"{published} {fresh}").Order();
        Assert.Equal(
            Encoding.UTF8.GetString(IndexDocument.Write(Index(all))),
            File.ReadAllText(fixture["index/archive.json"])
        );
    }

    [Fact]
    public void An_entry_larger_than_any_buffer_is_written_whole()
    {
        using RepositoryFixture fixture = new();
        IndexEntry large = Entry(2) with { License = new string('x', 3 << 20) };
        PublishPlan plan = PublishPlan.Create(
            [],
            [.. new[] { Entry(1), large, Entry(3) }.Select(static entry => Rows.New(IndexRow.Of(entry)))],
            7,
            Now
        );
        using DocumentSigner signer = DocumentSigner.Load(fixture.KeyFile, Silent);
        Directory.CreateDirectory(fixture["index"]);
        GenerationWriter.WriteIndexes(path => fixture[path], "test", plan, signer);
        Assert.Equal(
            IndexDocument.Write(new RepositoryIndex("test", IndexKind.Archive, 7, Now, [Entry(1), large, Entry(3)])),
            File.ReadAllBytes(fixture["index/archive.json"])
        );
    }

    [Fact]
    public void An_index_that_nobody_could_read_is_not_written_to_its_end()
    {
        using RepositoryFixture fixture = new();
        PublishPlan plan = PublishPlan.Create([], [Rows.New(IndexRow.Of(Entry(1)))], 7, Now);
        using DocumentSigner signer = DocumentSigner.Load(fixture.KeyFile, Silent);
        Directory.CreateDirectory(fixture["index"]);
        UserErrorException error = Assert.Throws<UserErrorException>(() =>
            GenerationWriter.WriteIndexes(path => fixture[path], "test", plan, signer, limit: 600)
        );
        Assert.Contains("600", error.Message, StringComparison.Ordinal);
        Assert.Contains("another repository", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(fixture["index/active.json.sig"]));
    }

    private static Diagnostics Silent => new("test", TextWriter.Null);

    private static RepositoryIndex Index(IEnumerable<int> numbers) =>
        new("test", IndexKind.Archive, 7, Now, [.. numbers.Select(Entry)]);

    private static IEnumerable<int> Numbers(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static word => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture));

    private static IndexEntry Entry(int number)
    {
        Manifest manifest = RepositoryFixture.Manifest($"name{number}", "1.0-1", "x86_64");
        return IndexEntry.FromPackage(
            manifest,
            Sha256Digest.Of([(byte)number]),
            5,
            UrlTemplate.Default.Expand(manifest.Name, manifest.Version, manifest.Architecture)
        );
    }
}
