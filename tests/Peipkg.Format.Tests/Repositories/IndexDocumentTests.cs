using System.Diagnostics;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;

namespace Peipkg.Format.Tests.Repositories;

public sealed class IndexDocumentTests
{
    private static readonly string Written = Encoding.UTF8.GetString(
        IndexDocument.Write(Samples.Index(IndexKind.Archive, Samples.Entry()))
    );

    [Fact]
    public void Is_written_in_the_canonical_form()
    {
        Sha256Digest hash = Samples.Entry().Hash;
        Assert.Equal(
            $$$"""{"schema_version":1,"repo":"example","kind":"archive","index_version":7,"generated_at":"2026-01-02T03:04:05Z","packages":[{"name":"nginx","version":"1.26.2-3","architecture":"x86_64","description":"A web server","license":"BSD-2-Clause","homepage":"https://nginx.org/","dependencies":[{"name":"libc","constraint":">= 2.40, < 3"},{"name":"pkgconfig(zlib)","arch":"any"}],"optional_dependencies":[{"name":"geoip"}],"conflicts":[{"name":"apache","constraint":"< 2","arch":"any"}],"provides":[{"name":"httpd","version":"1.1"},{"name":"www"}],"replaces":[{"name":"nginx-core","constraint":"< 1.0"}],"side_effects":["man-db","ldconfig"],"size_compressed":54321,"size_installed":12345,"hash":{"algorithm":"sha256","value":"{{{hash}}}"},"url":"/p/nginx/1.26.2-3/nginx_1.26.2-3_x86_64.peipkg","build":{"timestamp":"2026-01-02T03:04:05Z","farm_id":"farm-1"}}]}"""
                + "\n",
            Written
        );
    }

    [Fact]
    public void A_rule_for_producers_alone_is_told_but_refuses_no_index()
    {
        RepositoryIndex index = IndexDocument.Read(
            Encoding.UTF8.GetBytes(Written.Replace("A web server", "A w\u00e9b server", StringComparison.Ordinal))
        );
        Assert.Equal(ManifestRule.Description, index.Packages[0].ProducerFault?.Rule);
        Assert.Null(IndexDocument.Read(Encoding.UTF8.GetBytes(Written)).Packages[0].ProducerFault);
        Assert.NotEmpty(IndexDocument.Write(index));
    }

    [Theory]
    [InlineData("\"kind\":\"archive\"", "\"kind\":\"current\"", RepositoryRule.IndexKind, "/kind")]
    [InlineData("\"index_version\":7", "\"index_version\":0", RepositoryRule.IndexVersion, "/index_version")]
    [InlineData("\"index_version\":7", "\"index_version\":18446744073709551616", JsonRule.Number, "/index_version")]
    [InlineData("\"repo\":\"example\"", "\"repo\":\"\"", RepositoryRule.Name, "/repo")]
    [InlineData(
        "\"generated_at\":\"2026-01-02T03:04:05Z\"",
        "\"generated_at\":\"2026-01-02T03:04:05+00:00\"",
        ManifestRule.Timestamp,
        "/generated_at"
    )]
    [InlineData("\"name\":\"nginx\"", "\"name\":\"Nginx\"", ManifestRule.Name, "/packages/0/name")]
    [InlineData("\"version\":\"1.26.2-3\"", "\"version\":\"1.26.2\"", ManifestRule.Version, "/packages/0/version")]
    [InlineData("\"name\":\"nginx\",", "", JsonRule.Required, "/packages/0")]
    [InlineData("\"size_compressed\":54321,", "", JsonRule.Required, "/packages/0")]
    [InlineData("\"size_installed\":12345,", "", JsonRule.Required, "/packages/0")]
    [InlineData(
        "\"size_installed\":12345",
        "\"size_installed\":9223372036854775808",
        JsonRule.Number,
        "/packages/0/size_installed"
    )]
    [InlineData(
        "\"size_installed\":12345",
        "\"size_installed\":12345.0",
        JsonRule.Number,
        "/packages/0/size_installed"
    )]
    [InlineData(
        "\"size_installed\":12345",
        "\"size_installed\":\"12345\"",
        JsonRule.Type,
        "/packages/0/size_installed"
    )]
    [InlineData(
        "\"algorithm\":\"sha256\"",
        "\"algorithm\":\"blake3\"",
        ManifestRule.HashAlgorithm,
        "/packages/0/hash/algorithm"
    )]
    [InlineData("\"algorithm\":\"sha256\",", "", JsonRule.Required, "/packages/0/hash")]
    [InlineData("\"value\":\"", "\"value\":\"0", ManifestRule.Hash, "/packages/0/hash/value")]
    [InlineData("\"url\":\"/p/", "\"url\":\"/p\\u0007/", RepositoryRule.Url, "/packages/0/url")]
    [InlineData(
        "\"name\":\"pkgconfig(zlib)\"",
        "\"name\":\"libc\"",
        ManifestRule.RelationDuplicate,
        "/packages/0/dependencies/1/name"
    )]
    [InlineData(
        "\"name\":\"pkgconfig(zlib)\"",
        "\"name\":\"abc\"",
        ManifestRule.RelationOrder,
        "/packages/0/dependencies/1/name"
    )]
    [InlineData(
        "\"constraint\":\">= 2.40, < 3\"",
        "\"constraint\":\">= 2.40,\"",
        ManifestRule.Constraint,
        "/packages/0/dependencies/0/constraint"
    )]
    [InlineData(
        "\"arch\":\"any\"",
        "\"arch\":\"x86_64\"",
        ManifestRule.ArchitectureQualifier,
        "/packages/0/dependencies/1/arch"
    )]
    [InlineData("\"man-db\"", "\"reboot\"", ManifestRule.SideEffectUnknown, "/packages/0/side_effects/0")]
    [InlineData("\"man-db\"", "\"ldconfig\"", ManifestRule.SideEffectDuplicate, "/packages/0/side_effects/1")]
    [InlineData("https://nginx.org/", "javascript:alert(1)", ManifestRule.Homepage, "/packages/0/homepage")]
    [InlineData("\"farm_id\":\"farm-1\"", "\"farm\":\"farm-1\"", JsonRule.Required, "/packages/0/build")]
    [InlineData("}]}\n", "}],\"repo\":\"x\"}\n", JsonRule.DuplicateKey, "/repo")]
    public void Refuses_what_no_consumer_may_take(string good, string bad, string rule, string place)
    {
        Assert.Contains(good, Written, StringComparison.Ordinal);
        var json = Written.Replace(good, bad, StringComparison.Ordinal).AsUtf8();
        var error = Assert.Throws<FormatViolationException>(() => IndexDocument.Read(json));
        Assert.Equal((rule, place), (error.Rule, error.Place));
    }

    [Fact]
    public void Takes_a_published_description_that_no_producer_may_write()
    {
        var json = Written.Replace("A web server", "A w\u00e9b server", StringComparison.Ordinal).AsUtf8();
        Assert.Equal(json, IndexDocument.Write(IndexDocument.Read(json)));
    }

    [Fact]
    public void Reads_an_entry_with_nothing_but_the_required_fields_and_ignores_unknown_ones()
    {
        var json = $$"""
            {"packages":[{"x":[{}],"url":"a/b","hash":{"value":"{{new string('0', 64)}}","algorithm":"sha256","y":1},
            "size_installed":0,"size_compressed":1,"conflicts":[],"dependencies":[],"architecture":"riscv64",
            "version":"1-1","name":"aa"}],"generated_at":"1970-01-01T00:00:00Z","index_version":18446744073709551615,
            "kind":"active","repo":"r","schema_version":1,"future":true}
            """.AsUtf8();
        var index = IndexDocument.Read(json);
        Assert.Equal(ulong.MaxValue, index.IndexVersion);
        var entry = Assert.Single(index.Packages);
        Assert.Equal(("aa", "", null), (entry.Name.Text, entry.Description, entry.Build));
        Assert.Equal(IndexDocument.Write(index), IndexDocument.Write(IndexDocument.Read(IndexDocument.Write(index))));
    }

    [Fact]
    public void The_active_index_has_each_name_once_in_order()
    {
        var (a, b) = (Samples.Entry("aa"), Samples.Entry("bb"));
        IndexDocument.Write(Samples.Index(IndexKind.Active, a, b));
        AssertRule(RepositoryRule.IndexOrder, Samples.Index(IndexKind.Active, b, a));
        AssertRule(RepositoryRule.IndexDuplicate, Samples.Index(IndexKind.Active, a, a));
        AssertRule(RepositoryRule.IndexDuplicate, Samples.Index(IndexKind.Active, a, Samples.Entry("aa", "1.0-1")));
    }

    [Fact]
    public void The_archive_has_each_names_versions_from_high_to_low()
    {
        var newer = Samples.Entry("aa", "2.0-1");
        var older = Samples.Entry("aa", "2.0~rc.1-1");
        IndexDocument.Write(Samples.Index(IndexKind.Archive, newer, older, Samples.Entry("bb")));
        IndexDocument.Write(
            Samples.Index(IndexKind.Archive, newer, newer with { Architecture = Architecture.AArch64 })
        );
        AssertRule(RepositoryRule.IndexOrder, Samples.Index(IndexKind.Archive, older, newer));
        AssertRule(RepositoryRule.IndexDuplicate, Samples.Index(IndexKind.Archive, newer, newer));
        AssertRule(
            RepositoryRule.IndexDuplicate,
            Samples.Index(IndexKind.Archive, newer, newer with { Architecture = Architecture.AArch64 }, newer)
        );
    }

    [Fact]
    public void Writing_refuses_what_reading_would()
    {
        var entry = Samples.Entry();
        AssertRule(RepositoryRule.Url, Samples.Index(IndexKind.Active, entry with { Url = "a b" }));
        AssertRule(ManifestRule.Size, Samples.Index(IndexKind.Active, entry with { SizeCompressed = -1 }));
        AssertRule(ManifestRule.Name, Samples.Index(IndexKind.Active, entry with { Name = default }));
        AssertRule(ManifestRule.Version, Samples.Index(IndexKind.Active, entry with { Version = default }));
        AssertRule(RepositoryRule.IndexVersion, Samples.Index(IndexKind.Active) with { IndexVersion = 0 });
        AssertRule(RepositoryRule.Name, Samples.Index(IndexKind.Active) with { Repo = "" });
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Reads_and_writes_a_hundred_thousand_entries_in_seconds()
    {
        var random = new Random(3);
        var entries = new List<IndexEntry>();
        for (var name = 0; name < 5000; name++)
        {
            for (var version = 0; version < 20; version++)
            {
                entries.Add(Samples.Entry($"package-{name:d4}", $"1.{version}-{random.Next(1, 9)}"));
            }
        }

        var watch = Stopwatch.StartNew();
        var index = Samples.Index(IndexKind.Archive) with { Packages = IndexOrder.Sort(entries) };
        var bytes = IndexDocument.Write(index);
        var read = IndexDocument.Read(bytes);
        Assert.Equal(100_000, read.Packages.Count);
        Assert.Equal(5000, IndexOrder.Highest(read.Packages).Count());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed} for {bytes.Length} bytes");
        Assert.True(bytes.AsSpan().SequenceEqual(IndexDocument.Write(read)));
    }

    [Fact]
    public void Survives_random_mutations_with_nothing_but_violations()
    {
        var seed = IndexDocument.Write(Samples.Index(IndexKind.Archive, Samples.Entry(), Samples.Entry("zlib")));
        var random = new Random(62);
        for (var round = 0; round < 10_000; round++)
        {
            var mutant = Mutation.Of(seed, random);
            try
            {
                var index = IndexDocument.Read(mutant);
                Assert.Equal(
                    IndexDocument.Write(index),
                    IndexDocument.Write(IndexDocument.Read(IndexDocument.Write(index)))
                );
            }
            catch (FormatViolationException)
            {
                // The only way out for bad content.
            }
        }
    }

    private static void AssertRule(string rule, RepositoryIndex index) =>
        Assert.Equal(rule, Assert.Throws<FormatViolationException>(() => IndexDocument.Write(index)).Rule);
}
