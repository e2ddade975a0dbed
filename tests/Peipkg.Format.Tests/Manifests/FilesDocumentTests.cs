using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Tests.Manifests;

public sealed class FilesDocumentTests
{
    private static readonly FilesEntry[] Entries =
    [
        new("etc/a.conf", 0, Sha256Digest.Of([])),
        new("usr/bin/a", 5, Sha256Digest.Of("hello"u8)),
        new("usr/share/\uffff", 1, Sha256Digest.Of([1])),
        new("usr/share/\U00010000", long.MaxValue, Sha256Digest.Of([2])),
    ];

    private static readonly string Written = Encoding.UTF8.GetString(FilesDocument.Write(Entries));

    [Fact]
    public void Is_written_in_the_canonical_form() =>
        Assert.StartsWith(
            """{"schema_version":1,"algorithm":"sha256","entries":[{"path":"etc/a.conf","size":0,"hash":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},{"path":"usr/bin/a","size":5,"hash":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},""",
            Written,
            StringComparison.Ordinal
        );

    [Fact]
    public void Comes_back_as_it_was() => Assert.Equal(Entries, FilesDocument.Read(Written.AsUtf8()));

    [Fact]
    public void An_empty_list_is_a_list() => Assert.Empty(FilesDocument.Read(FilesDocument.Write([])));

    [Theory]
    [InlineData("\"schema_version\":1", "\"schema_version\":0", ManifestRule.SchemaVersion, "/schema_version")]
    [InlineData("\"schema_version\":1,", "", JsonRule.Required, "")]
    [InlineData("sha256", "SHA256", ManifestRule.HashAlgorithm, "/algorithm")]
    [InlineData("\"algorithm\":\"sha256\",", "", JsonRule.Required, "")]
    [InlineData("\"entries\"", "\"files\"", JsonRule.Required, "")]
    [InlineData("\"size\":0,", "", JsonRule.Required, "/entries/0")]
    [InlineData("\"path\":\"usr/bin/a\",", "", JsonRule.Required, "/entries/1")]
    [InlineData(
        ",\"hash\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
        "",
        JsonRule.Required,
        "/entries/0"
    )]
    [InlineData("\"hash\":\"e3b0c4", "\"hash\":\"E3b0c4", ManifestRule.Hash, "/entries/0/hash")]
    [InlineData("\"hash\":\"e3b0c4", "\"hash\":\"g3b0c4", ManifestRule.Hash, "/entries/0/hash")]
    [InlineData("\"hash\":\"e3b0c4", "\"hash\":\"e3b0c", ManifestRule.Hash, "/entries/0/hash")]
    [InlineData("usr/bin/a", "usr//bin/a", ManifestRule.Path, "/entries/1")]
    [InlineData("usr/bin/a", ".peipkg/a", ManifestRule.Path, "/entries/1")]
    [InlineData("usr/bin/a", "etc/a.conf", ManifestRule.FilesOrder, "/entries/1")]
    [InlineData("usr/bin/a", "etc/A", ManifestRule.FilesOrder, "/entries/1")]
    [InlineData("\"size\":5", "\"size\":5.0", JsonRule.Number, "/entries/1/size")]
    public void Refuses_what_no_consumer_may_take(string good, string bad, string rule, string place)
    {
        Assert.Contains(good, Written, StringComparison.Ordinal);
        var json = Written.Replace(good, bad, StringComparison.Ordinal).AsUtf8();
        var error = Assert.Throws<FormatViolationException>(() => FilesDocument.Read(json));
        Assert.Equal((rule, place), (error.Rule, error.Place));
    }

    [Fact]
    public void Writing_refuses_what_reading_would()
    {
        AssertRule(ManifestRule.FilesOrder, [Entries[1], Entries[0]]);
        AssertRule(ManifestRule.FilesOrder, [Entries[0], Entries[0]]);
        AssertRule(ManifestRule.Path, [Entries[0] with { Path = "/x" }]);
        AssertRule(ManifestRule.Size, [Entries[0] with { Size = -1 }]);
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Holds_a_hundred_thousand_files_and_not_one_more()
    {
        var many = Enumerable
            .Range(0, 100_001)
            .Select(i => new FilesEntry($"usr/share/{i:d6}", i, Entries[0].Hash))
            .ToArray();
        var bytes = FilesDocument.Write(many[..100_000]);
        Assert.Equal(100_000, FilesDocument.Read(bytes).Count);
        AssertRule(ManifestRule.ArrayLimit, many);
        var json = Encoding
            .UTF8.GetString(bytes)
            .Replace(
                "]}",
                $",{{\"path\":\"usr/share/zz\",\"size\":0,\"hash\":\"{Entries[0].Hash}\"}}]}}",
                StringComparison.Ordinal
            );
        var error = Assert.Throws<FormatViolationException>(() => FilesDocument.Read(json.AsUtf8()));
        Assert.Equal((ManifestRule.ArrayLimit, "/entries/100000"), (error.Rule, error.Place));
    }

    [Fact]
    public void Survives_random_mutations_with_nothing_but_violations()
    {
        var random = new Random(13);
        for (var round = 0; round < 10_000; round++)
        {
            var mutant = Mutation.Of(Written.AsUtf8(), random);
            try
            {
                FilesDocument.Write(FilesDocument.Read(mutant));
            }
            catch (FormatViolationException)
            {
                // The only way out for bad content.
            }
        }
    }

    private static void AssertRule(string rule, FilesEntry[] entries) =>
        Assert.Equal(rule, Assert.Throws<FormatViolationException>(() => FilesDocument.Write(entries)).Rule);
}
