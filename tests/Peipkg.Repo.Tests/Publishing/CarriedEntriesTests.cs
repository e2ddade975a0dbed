using System.Text;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>What other tools wrote into an index, when this one publishes next.</summary>
public sealed class CarriedEntriesTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    public CarriedEntriesTests()
    {
        _fixture.InitWith("aa", "bb");
        _fixture.Pack("cc");
    }

    [Theory]
    [InlineData("\"name\":\"bb\"", "\"name\":\"b\"", "/packages/1/name")]
    [InlineData("\"name\":\"bb\",\"version\":\"1.0-1\"", "\"name\":\"bb\",\"version\":\"1.0\"", "/packages/1/version")]
    [InlineData(
        "\"name\":\"bb\",\"version\":\"1.0-1\",\"architecture\":\"x86_64\"",
        "\"name\":\"bb\",\"version\":\"1.0-1\",\"architecture\":\"X\"",
        "/packages/1/architecture"
    )]
    [InlineData("https://example.org/?a=1&b=2", "gopher://example.org", "/packages/0/homepage")]
    [InlineData("\"constraint\":\">= 1.0\"", "\"constraint\":\">= .0\"", "/packages/0/dependencies/0/constraint")]
    [InlineData("\"conflicts\":[]", "\"conflicts\":[{\"name\":\"x\"}]", "/packages/0/conflicts/0/name")]
    [InlineData(
        "\"conflicts\":[]",
        "\"conflicts\":[{\"name\":\"zz\"},{\"name\":\"yy\"}]",
        "/packages/0/conflicts/1/name"
    )]
    [InlineData("\"provides\":[]", "\"provides\":[{\"name\":\"yy\"},{\"name\":\"yy\"}]", "/packages/0/provides/1/name")]
    [InlineData("\"side_effects\":[]", "\"side_effects\":[\"reboot\"]", "/packages/0/side_effects/0")]
    [InlineData("\"size_compressed\":", "\"size_compressed\":-", "/packages/0/size_compressed")]
    [InlineData("\"size_installed\":", "\"size_installed\":0", "/packages/0")]
    [InlineData("\"algorithm\":\"sha256\"", "\"algorithm\":\"md5\"", "/packages/0/hash/algorithm")]
    [InlineData("\"url\":\"/p/", "\"url\":\"//p/", "/packages/0/url")]
    [InlineData(
        "\"timestamp\":\"2025-12-31T00:00:00Z\"",
        "\"timestamp\":\"2025-12-31\"",
        "/packages/0/build/timestamp"
    )]
    [InlineData("\"farm_id\":\"test-farm\"", "\"farm_id\":\"x\",\"farm_id\":\"y\"", "/packages/0/build/farm_id")]
    [InlineData("\"license\":\"MIT\"", "\"license\":7", "/packages/0/license")]
    public void An_entry_that_no_reader_takes_is_not_signed_again(string right, string wrong, string place)
    {
        _fixture.RewriteIndexes(text => text.Replace(right, wrong, StringComparison.Ordinal));
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult result = _fixture.Publish();
        Assert.Equal(1, result.Code);
        Assert.Contains($"index/archive.json: {place}", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
        Assert.Contains($"index/archive.json: {place}", _fixture.Verify().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_byte_of_an_index_that_flips_is_an_error_with_a_place()
    {
        byte[] archive = File.ReadAllBytes(_fixture["repo/index/archive.json"]);
        for (int i = 0; i < archive.Length; i += 7)
        {
            byte[] damaged = [.. archive];
            damaged[i] ^= 0x80;
            File.WriteAllBytes(_fixture["repo/index/archive.json"], damaged);
            RunResult result = _fixture.Publish();
            Assert.Equal(1, result.Code);
            Assert.Contains("index/archive.json: ", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("internal error", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void All_entries_that_break_a_rule_are_named_in_one_run()
    {
        _fixture.RewriteIndexes(static text =>
            text.Replace("\"license\":\"MIT\"", "\"license\":7", StringComparison.Ordinal)
        );
        string error = _fixture.Publish().Error;
        Assert.Contains("index/archive.json: /packages/0/license", error, StringComparison.Ordinal);
        Assert.Contains("index/archive.json: /packages/1/license", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"constraint\":\">= 1.0\"", "\"constraint\":\">= 1.0\",\"root\":\"usr\",\"later\":{\"x\":[1]}")]
    [InlineData("\"conflicts\":[]", "\"conflicts\":[{\"name\":\"zz\",\"claims\":[\"a\"]}]")]
    [InlineData("\"provides\":[]", "\"provides\":[{\"name\":\"zz\",\"root\":\"x\"}]")]
    [InlineData("\"replaces\":[]", "\"replaces\":[{\"name\":\"zz\",\"root\":\"x\"}]")]
    [InlineData("\"license\":\"MIT\"", "\"license\":\"MIT\",\"license_class\":\"free\"")]
    [InlineData("\"name\":\"bb\",\"version\":\"1.0-1\"", "\"version\":\"1.0-1\",\"name\":\"bb\"")]
    [InlineData("\"license\":\"MIT\",", "")]
    [InlineData("<package>", "\\u003cpackage>")]
    public void Publishing_one_package_leaves_the_entries_of_others_as_they_are(string right, string other)
    {
        _fixture.RewriteIndexes(text => text.Replace(right, other, StringComparison.Ordinal));
        string[] entries = Entries();
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Equal(entries, Entries()[..2]);
        _fixture.ClearNew();
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Equal(entries, Entries()[..2]);

        string[] Entries()
        {
            string text = File.ReadAllText(_fixture["repo/index/archive.json"]);
            return text[text.IndexOf('[', StringComparison.Ordinal)..].TrimEnd('\n', ']', '}').Split("}},");
        }
    }

    [Fact]
    public void White_space_is_all_that_an_entry_loses()
    {
        _fixture.RewriteIndexes(static text =>
            text.Replace("\"license\":\"MIT\"", "\"license\" : \"M I\\\" T\"", StringComparison.Ordinal)
                .Replace("{\"schema_version\"", "{ \"schema_version\"", StringComparison.Ordinal)
        );
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Contains(
            ",\"license\":\"M I\\\" T\",",
            File.ReadAllText(_fixture["repo/index/archive.json"]),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_binds_producers_only_is_a_notice_for_what_is_published()
    {
        _fixture.RewriteIndexes(static text =>
            text.Replace("& more", "\u2013 m\u00f6re", StringComparison.Ordinal)
                .Replace("\"url\":\"/p/", "\"url\":\"https://other.example/p/", StringComparison.Ordinal)
        );
        RepositoryFixture.Succeed(_fixture.Publish());
        RunResult verify = _fixture.Verify();
        RepositoryFixture.Succeed(verify);
        Assert.Contains("bb 1.0-1 x86_64: the description holds", verify.Error, StringComparison.Ordinal);
        Assert.Contains(
            "hosted elsewhere by their URLs and were not checked: other.example",
            verify.Error,
            StringComparison.Ordinal
        );
        RunResult audit = RepoRun.Run("audit", "--repo", _fixture.Repo);
        Assert.Contains("notice: aa: 1.0-1: the description holds", audit.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("notice: cc: 1.0-1: the description", audit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_verify_advises_for_a_foreign_entry_works_whatever_its_description_holds()
    {
        _fixture.ClearNew();
        string package = new ForeignManifest("dd")
        {
            Description = "\u00c9l\u00e9gance \u2013 for you",
            Headers = Peipkg.Format.Editions.Edition.Psd009,
        }.PackInto(_fixture.New);
        Assert.Contains("printable ASCII only", _fixture.Publish().Error, StringComparison.Ordinal);
        PublishElsewhere(package);
        RepositoryFixture.Succeed(_fixture.Verify());
        _fixture.RewriteIndexes(static text =>
            text.Replace("\"url\":\"/p/aa/", "\"url\":\"/../p/aa/../../", StringComparison.Ordinal)
                .Replace("\u00c9l\u00e9gance", "Elegance", StringComparison.Ordinal)
        );
        RunResult verify = _fixture.Verify("--all-packages-dir", _fixture["repo/p"]);
        Assert.Equal(1, verify.Code);
        Assert.Contains("leads out of the repository", verify.Error, StringComparison.Ordinal);
        Assert.Contains("says other things of it than its manifest", verify.Error, StringComparison.Ordinal);
        Assert.Contains("--rebuild --all-packages-dir", verify.Error, StringComparison.Ordinal);
        RunResult rebuilt = _fixture.Publish("--rebuild", "--all-packages-dir", _fixture["repo/p"]);
        RepositoryFixture.Succeed(rebuilt);
        Assert.Contains("it stays because it is published already", rebuilt.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void Any_command_that_makes_a_generation_mends_what_another_tool_left_out()
    {
        RepositoryFixture.Succeed(_fixture.Publish());
        File.Delete(_fixture["repo/p/cc/1.0-1/cc_1.0-1_x86_64.json"]);
        File.WriteAllText(_fixture["repo/p/cc/1.0-1/manifest.json"], "{}");
        File.WriteAllText(_fixture["repo/p/cc/1.0-1/files.json"], "{}");
        _fixture.RewriteIndexes(static text =>
            text.Replace("\"index_version\":3", "\"index_version\":4", StringComparison.Ordinal)
        );
        RunResult described = RepoRun.Run(
            "describe",
            "--repo",
            _fixture.Repo,
            "--sign-key",
            _fixture.KeyFile,
            "--timestamp",
            "2026-01-02T00:00:00Z",
            "--description",
            "New words"
        );
        RepositoryFixture.Succeed(described);
        Assert.Contains("its pages are mended", described.Error, StringComparison.Ordinal);
        RunResult verify = _fixture.Verify();
        RepositoryFixture.Succeed(verify);
        Assert.DoesNotContain("warning", verify.Error, StringComparison.Ordinal);
    }

    /// <summary>Puts a package into the repository as another publisher with the same key would.</summary>
    private void PublishElsewhere(string package)
    {
        byte[] bytes = File.ReadAllBytes(package);
        VerifiedPackage read = PackageVerifier.Verify(
            new MemoryStream(bytes),
            new PackageVerifyOptions { Published = true }
        );
        string url = "/p/dd/1.0-1/" + Path.GetFileName(package);
        Directory.CreateDirectory(_fixture["repo/p/dd/1.0-1"]);
        File.Copy(package, _fixture["repo" + url]);
        string entry = Encoding.UTF8.GetString(
            IndexDocument.WriteEntry(IndexEntry.FromPackage(read.Manifest, read.PackageHash, read.CompressedSize, url))
        );
        _fixture.RewriteIndexes(text =>
            text.Replace("}}]}", "}}," + entry + "]}", StringComparison.Ordinal)
                .Replace("\"index_version\":2", "\"index_version\":3", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_URL_that_leads_out_of_the_repository_is_a_failure()
    {
        _fixture.RewriteIndexes(static text =>
            text.Replace("\"url\":\"/p/aa/", "\"url\":\"/../p/aa/../../", StringComparison.Ordinal)
        );
        RunResult verify = _fixture.Verify("--mode", "metadata");
        Assert.Equal(1, verify.Code);
        Assert.Contains("leads out of the repository", verify.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_are_mended_once_after_another_tool_has_published()
    {
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.ClearNew();
        File.Delete(_fixture["repo/p/cc/1.0-1/cc_1.0-1_x86_64.json"]);
        _fixture.RewriteIndexes(static text =>
            text.Replace("\"index_version\":3", "\"index_version\":4", StringComparison.Ordinal)
        );
        RunResult first = _fixture.Publish();
        RepositoryFixture.Succeed(first);
        Assert.Contains("its pages are mended", first.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_fixture["repo/p/cc/1.0-1/cc_1.0-1_x86_64.json"]));
        RunResult verify = _fixture.Verify();
        RepositoryFixture.Succeed(verify);
        Assert.DoesNotContain("package browser", verify.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("its pages are mended", _fixture.Publish().Error, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();
}
