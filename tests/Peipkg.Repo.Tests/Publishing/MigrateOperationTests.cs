using System.Text.Json;
using Peipkg.Format.Editions;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>Repositories that move to another edition as a whole, or not at all.</summary>
public sealed class MigrateOperationTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void A_repository_moves_in_one_generation_when_all_of_it_conforms()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa");
        new ForeignManifest("bb") { Members = "\"license_class\":\"free\",\"homepage\":\"\"" }.PackInto(_fixture.New);
        RepositoryFixture.Succeed(_fixture.Publish());
        string before = File.ReadAllText(_fixture["repo/index/archive.json"]);
        Assert.DoesNotContain("license_class", before, StringComparison.Ordinal);
        SortedDictionary<string, string> files = RepositoryFixture.Content(_fixture.Repo);
        RunResult dry = Migrate("pspu-5", "--dry-run");
        RepositoryFixture.Succeed(dry);
        Assert.Contains("would move", dry.Output, StringComparison.Ordinal);
        Assert.Equal(files, RepositoryFixture.Content(_fixture.Repo));

        RunResult moved = Migrate("pspu-5", "--json");
        RepositoryFixture.Succeed(moved);
        JsonElement report = JsonDocument.Parse(moved.Output).RootElement;
        Assert.Equal(
            ("psd-009", "pspu-5", true, 2, 1),
            (
                report.GetProperty("from").GetString(),
                report.GetProperty("to").GetString(),
                report.GetProperty("published").GetBoolean(),
                report.GetProperty("archive").GetInt32(),
                report.GetProperty("entries_changed").GetInt32()
            )
        );
        Assert.Equal((Edition.Pspu5, 3ul), (_fixture.Descriptor.Edition, _fixture.Active.IndexVersion));
        string after = File.ReadAllText(_fixture["repo/index/archive.json"]);
        Assert.Contains("\"license_class\":\"free\"", after, StringComparison.Ordinal);
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("package browser", verified.Error, StringComparison.Ordinal);

        RepositoryFixture.Succeed(Migrate("psd-009"));
        Assert.Equal(Edition.Psd009, _fixture.Descriptor.Edition);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void One_that_holds_what_the_edition_lacks_stays_and_says_what_to_do_about_each()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("fine");
        _fixture.Pack("olds", path: "opt/olds/data");
        _fixture.Pack("olds", version: "1.0~rc1-1", path: "opt/olds/data");
        _fixture.Pack("split", path: "usr/share/" + new string('d', 60) + "/" + new string('f', 60));
        _fixture.Pack("lost");
        RepositoryFixture.Succeed(_fixture.Publish());
        File.Move(_fixture["repo/p/lost/1.0-1/lost_1.0-1_x86_64.peipkg"], _fixture["lost_1.0-1_x86_64.peipkg"]);
        SortedDictionary<string, string> files = RepositoryFixture.Content(_fixture.Repo);
        RunResult refused = Migrate("pspu-5");
        Assert.Equal(1, refused.Code);
        Assert.Equal(files, RepositoryFixture.Content(_fixture.Repo));
        foreach (
            string part in new[]
            {
                "refused olds 1.0-1 x86_64: ",
                "the archive keeps it for ever, so begin another repository with init --edition pspu-5",
                "refused olds 1.0~rc1-1 x86_64: ",
                "remove the pre-release with prune-prerelease",
                "refused split 1.0-1 x86_64: ",
                "--allow-reference-headers",
                "refused lost 1.0-1 x86_64: its file is not here",
                "--all-packages-dir",
                "nothing is changed: 4 of 5 packages do not conform to edition pspu-5",
            }
        )
        {
            Assert.Contains(part, refused.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("refused fine", refused.Error, StringComparison.Ordinal);
        string[] refusals =
        [
            .. JsonDocument
                .Parse(Migrate("pspu-5", "--json", "--dry-run", "--allow-reference-headers").Output)
                .RootElement.GetProperty("refused")
                .EnumerateArray()
                .Select(static item => item.GetProperty("name").GetString()!),
        ];
        Assert.Equal(["lost", "olds", "olds"], refusals);
    }

    [Fact]
    public void A_move_can_be_signed_elsewhere()
    {
        _fixture.InitWith("aa");
        RunResult prepared = Migrate("pspu-5", "--sign-key", _fixture.PublicKeyFile);
        RepositoryFixture.Succeed(prepared);
        Assert.Contains("prepared to move", prepared.Output, StringComparison.Ordinal);
        Assert.Equal(Edition.Psd009, _fixture.Descriptor.Edition);
        _fixture.SignWhatWaits();
        Assert.Equal(Edition.Pspu5, _fixture.Descriptor.Edition);
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("package browser", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repository_that_is_there_already_is_told_so()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        RunResult result = Migrate("psd-009");
        Assert.Equal(1, result.Code);
        Assert.Contains("is of edition psd-009 already", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();

    private RunResult Migrate(string edition, params string[] more) =>
        RepoRun.Run([
            "migrate-edition",
            "--repo",
            _fixture.Repo,
            "--edition",
            edition,
            .. more.Contains("--sign-key") ? (string[])[] : ["--sign-key", _fixture.KeyFile],
            "--timestamp",
            "2026-01-02T00:00:00Z",
            .. more,
        ]);
}
