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
    public void Office_where_the_edition_has_no_use_for_it_is_noted()
    {
        Assert.Contains("has no drop-in directories", _fixture.Init("--official").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("init", true)]
    [InlineData("other", false)]
    public void A_claim_that_nothing_fills_is_found(string slot, bool filled)
    {
        InitPspu5();
        new ForeignManifest("aa")
        {
            Dependencies = "{\"name\":\"loader\",\"claims\":{\"init\":{\"path\":\"/init\"}}}",
        }.PackInto(_fixture.New);
        new ForeignManifest("bb")
        {
            Provides = $"{{\"name\":\"loader\",\"claims\":{{\"{slot}\":{{\"target\":\"/usr/share/bb/data\"}}}}}}",
        }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        RunResult audit = RepoRun.Run("audit", "--repo", _fixture.Repo);
        RepositoryFixture.Succeed(audit);
        Assert.Equal(
            !filled,
            audit.Output.Contains(
                "needs loader and claims its slot init for /init, but bb does not fill it",
                StringComparison.Ordinal
            )
        );
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

    [Fact]
    public void People_are_told_of_what_the_newer_edition_adds()
    {
        InitPspu5();
        new ForeignManifest("aa")
        {
            Members = Members + ",\"special_system_package\":true",
            Dependencies = Dependency,
            Provides = "{\"name\":\"bootable\",\"claims\":{\"init\":{\"target\":\"/usr/share/aa/data\"}}}",
        }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish("--allow-special-system"));
        RunResult shown = RepoRun.Run("show", "--repo", _fixture.Repo, "aa");
        RepositoryFixture.Succeed(shown);
        foreach (
            string part in new[]
            {
                "class:        firmware",
                "root:         boot.recovery, unless another is named",
                "upgrade:      Run the migration first.",
                "loader >= 2 in root boot [init at /init]",
                "bootable [init is /usr/share/aa/data]",
                "layout:       asks to install outside the layout",
            }
        )
        {
            Assert.Contains(part, shown.Output, StringComparison.Ordinal);
        }

        RepositoryFixture.Succeed(_fixture.Verify());
        _fixture.ClearNew();
        new ForeignManifest("aa") { Version = "1.1-1" }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        string history = RepoRun.Run("history", "--repo", _fixture.Repo, "aa").Output;
        Assert.Contains("license_class -firmware, +unknown", history, StringComparison.Ordinal);
        Assert.Contains("default_root -boot.recovery", history, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("psd-009", "needs tool, but tool 1.0-1 is built for x86_64, and a package for noarch needs noarch")]
    [InlineData("pspu-5", "needs tool on aarch64, but tool 1.0-1 is built for x86_64")]
    public void An_audit_takes_the_architectures_as_the_edition_does(string edition, string finding)
    {
        RepositoryFixture.Succeed(_fixture.Init("--edition", edition));
        Assert.True(Edition.TryParse(edition, out Edition? headers, out _));
        new ForeignManifest("data") { Headers = headers, Dependencies = "{\"name\":\"tool\"}" }.PackInto(_fixture.New);
        new ForeignManifest("tool") { Headers = headers, Architecture = "x86_64" }.PackInto(_fixture.New);
        new ForeignManifest("other") { Headers = headers, Architecture = "aarch64" }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        RunResult audit = RepoRun.Run("audit", "--repo", _fixture.Repo);
        Assert.Contains(finding, audit.Output, StringComparison.Ordinal);
        _fixture.ClearNew();
        new ForeignManifest("other")
        {
            Version = "2.0-1",
            Headers = headers,
            Architecture = "x86_64",
        }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Equal(
            edition == "psd-009",
            RepoRun
                .Run("audit", "--repo", _fixture.Repo)
                .Output.Contains("unsatisfied-dependency", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Packages_of_different_roots_do_not_get_in_each_others_way()
    {
        InitPspu5();
        string boot = "\"homepage\":\"\",\"default_root\":\"boot\"";
        new ForeignManifest("aa") { Path = "usr/bin/tool" }.PackInto(_fixture.New);
        new ForeignManifest("bb") { Path = "usr/bin/tool", Members = boot }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        RepositoryFixture.Succeed(RepoRun.Run("audit", "--repo", _fixture.Repo));
        _fixture.ClearNew();
        new ForeignManifest("cc") { Path = "usr/bin/tool", Members = boot }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Contains(
            "bb: 1.0-1 and cc 1.0-1 both install usr/bin/tool",
            RepoRun.Run("audit", "--repo", _fixture.Repo).Output,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => _fixture.Dispose();

    private void InitPspu5() => RepositoryFixture.Succeed(_fixture.Init("--edition", "pspu-5"));

    private static string Entry(string index, string name) =>
        index[index.IndexOf($"{{\"name\":\"{name}\"", StringComparison.Ordinal)..]
            .Split("}},{\"name\"")[0]
            .TrimEnd('\n', ']', '}');
}
