using Peipkg.Format.Editions;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>A repository's edition: where it is kept, and that everything that enters and leaves is judged by it.</summary>
public sealed class RepositoryEditionTests : IDisposable
{
    private const string Members =
        "\"license_class\":\"firmware\",\"homepage\":\"\",\"default_root\":\"boot.recovery\","
        + "\"alternate_upgrade\":{\"message\":\"Run the migration first.\"}";

    private const string Dependency =
        "{\"name\":\"loader\",\"constraint\":\">= 2\",\"root\":\"boot\",\"claims\":{\"init\":{\"path\":\"/init\"}},"
        + "\"later\":{\"x\":[1, 2]}}";

    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void The_default_edition_is_not_written()
    {
        RepositoryFixture.Succeed(_fixture.Init("--edition", "psd-009"));
        Assert.DoesNotContain("peipkg_", File.ReadAllText(_fixture["repo/repo.json"]), StringComparison.Ordinal);
        Assert.Equal(Edition.Psd009, _fixture.Descriptor.Edition);
    }

    [Fact]
    public void Edition_and_office_stay_through_every_change_of_the_descriptor()
    {
        RepositoryFixture.Succeed(_fixture.Init("--edition", "pspu-5", "--official"));
        Assert.EndsWith(
            ",\"peipkg_edition\":\"pspu-5\",\"peipkg_official\":true}\n",
            File.ReadAllText(_fixture["repo/repo.json"]),
            StringComparison.Ordinal
        );
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "describe",
                "--repo",
                _fixture.Repo,
                "--sign-key",
                _fixture.KeyFile,
                "--timestamp",
                "2026-01-02T00:00:00Z",
                "--description",
                "Others words"
            )
        );
        Assert.Equal((Edition.Pspu5, true), (_fixture.Descriptor.Edition, _fixture.Descriptor.Official));
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void An_edition_that_nobody_knows_is_refused_with_the_nearest()
    {
        RunResult result = _fixture.Init("--edition", "pspu-6");
        Assert.Equal(2, result.Code);
        Assert.Contains("did you mean \"pspu-5\"", result.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Init("--edition", "pspu-5"));
        File.WriteAllText(
            _fixture["repo/repo.json"],
            File.ReadAllText(_fixture["repo/repo.json"]).Replace("pspu-5", "pspu-7", StringComparison.Ordinal)
        );
        Assert.Contains("a newer version of this program", _fixture.Publish().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_carries_every_member_of_the_edition_and_those_that_nobody_knows()
    {
        InitPspu5();
        new ForeignManifest("aa") { Members = Members, Dependencies = Dependency }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        string index = File.ReadAllText(_fixture["repo/index/archive.json"]);
        Assert.Contains(Members, index, StringComparison.Ordinal);
        Assert.Contains(Dependency.Replace(", 2", ",2", StringComparison.Ordinal), index, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());
        string entry = Entry(index, "aa");
        _fixture.ClearNew();
        new ForeignManifest("bb").PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Equal(entry, Entry(File.ReadAllText(_fixture["repo/index/archive.json"]), "aa"));
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Theory]
    [InlineData("\"license_class\":\"firmware\",", "", "license_class -unknown, +firmware")]
    [InlineData("boot.recovery", "boot.other", "default_root -boot.other, +boot.recovery")]
    [InlineData("migration first", "other first", "alternate_upgrade -")]
    [InlineData("\"root\":\"boot\"", "\"root\":\"x\"", "in root boot")]
    [InlineData("\"path\":\"/init\"", "\"path\":\"/run/x\"", "[init at /init]")]
    [InlineData(",\"later\":{\"x\":[1,2]}", "", "\"later\"")]
    public void An_entry_that_says_other_things_than_its_manifest_is_a_failure(string right, string wrong, string what)
    {
        InitPspu5();
        new ForeignManifest("aa") { Members = Members, Dependencies = Dependency }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish("--no-site"));
        _fixture.RewriteIndexes(text => text.Replace(right, wrong, StringComparison.Ordinal));
        RunResult result = _fixture.Verify();
        Assert.Equal(1, result.Code);
        Assert.Contains("says other things of it than its manifest", result.Error, StringComparison.Ordinal);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_in_another_order_and_defaults_written_out_say_the_same()
    {
        InitPspu5();
        new ForeignManifest("aa") { Dependencies = "{\"name\":\"xx\"}" }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish("--no-site"));
        _fixture.RewriteIndexes(static text =>
            text.Replace(
                    "{\"name\":\"xx\"}",
                    "{\"arch\":\"any\",\"claims\":{},\"name\":\"xx\"}",
                    StringComparison.Ordinal
                )
                .Replace("\"homepage\":\"\"", "\"license_class\":\"unknown\"", StringComparison.Ordinal)
        );
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void What_another_edition_has_is_refused_by_its_name()
    {
        InitPspu5();
        new ForeignManifest("aa") { SideEffects = "\"ldconfig\"" }.PackInto(_fixture.New);
        RunResult newer = _fixture.Publish();
        Assert.Equal(1, newer.Code);
        Assert.Contains("(psd-009 has it)", newer.Error, StringComparison.Ordinal);
        Directory.Delete(_fixture.Repo, recursive: true);
        RepositoryFixture.Succeed(_fixture.Init());
        new ForeignManifest("aa") { Members = Members, Dependencies = Dependency }.PackInto(_fixture.New);
        RunResult older = _fixture.Publish();
        Assert.Equal(1, older.Code);
        Assert.Contains("default_root", older.Error, StringComparison.Ordinal);
        Assert.Contains("(pspu-5 has it)", older.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Reference_headers_are_taken_where_allowed_and_named_by_whoever_meets_them()
    {
        InitPspu5();
        string path = "usr/share/" + new string('d', 60) + "/" + new string('f', 60);
        new ForeignManifest("aa") { Path = path, Headers = Edition.Psd009 }.PackInto(_fixture.New);
        RunResult refused = _fixture.Publish();
        Assert.Equal(1, refused.Code);
        Assert.Contains("--allow-reference-headers", refused.Error, StringComparison.Ordinal);
        RunResult taken = _fixture.Publish("--allow-reference-headers");
        RepositoryFixture.Succeed(taken);
        Assert.Contains("a habit of other producers", taken.Error, StringComparison.Ordinal);
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.Contains("a habit of other producers", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newer_edition_has_no_way_round_its_layout()
    {
        InitPspu5();
        new ForeignManifest("aa") { Path = "opt/aa" }.PackInto(_fixture.New);
        RunResult skipping = _fixture.Publish("--skip-layout-checks");
        Assert.Equal(1, skipping.Code);
        Assert.Contains("--allow-special-system", skipping.Error, StringComparison.Ordinal);
        Assert.Contains("(edition psd-009 takes it as it is)", _fixture.Publish().Error, StringComparison.Ordinal);
        Directory.Delete(_fixture.Repo, recursive: true);
        RepositoryFixture.Succeed(_fixture.Init());
        RepositoryFixture.Succeed(_fixture.Publish("--skip-layout-checks"));
    }

    public void Dispose() => _fixture.Dispose();

    private void InitPspu5() => RepositoryFixture.Succeed(_fixture.Init("--edition", "pspu-5"));

    private static string Entry(string index, string name) =>
        index[index.IndexOf($"{{\"name\":\"{name}\"", StringComparison.Ordinal)..]
            .Split("}},{\"name\"")[0]
            .TrimEnd('\n', ']', '}');
}
